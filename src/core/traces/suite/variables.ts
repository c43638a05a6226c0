import type { Prompt } from "../../evals/model.ts";
import { createRenderer } from "../../prompts/renderer.ts";
import type { TraceMessage } from "../messages.ts";

type Vars = Readonly<Record<string, string>>;

/** Around the number of a variable in a rendered prompt; a private character, which no prompt has. */
const MARK = "\uE0F7";

/** Prompts filled in with marks where their variables stand. */
export interface MarkedPrompts {
  /** Those variables that a prompt uses. */
  readonly used: ReadonlySet<string>;
  /** The variables from which one of the prompts makes what was asked; `undefined` where none does: another version was in use. */
  variablesOf(asked: readonly TraceMessage[]): Vars | undefined;
}

/** @param names variables that the suite's cases have. Prompts that code makes are left out. */
export async function markedPrompts(prompts: readonly Prompt[], names: readonly string[]): Promise<MarkedPrompts> {
  const renderer = await createRenderer(prompts.flatMap(({ dialect }) => dialect ?? []));
  const marks = Object.fromEntries(names.map((name, index) => [name, `${MARK}${index}${MARK}`]));
  const rendered = prompts.flatMap(({ template, dialect, code }): TraceMessage[][] => {
    if (code) return [];
    try {
      const { messages } = renderer.prompt(template, marks, {}, dialect);
      return [messages.map(({ role, content }) => ({ role, content: typeof content === "string" ? content : JSON.stringify(content) }))];
    } catch {
      return [];
    }
  });
  const used = new Set(rendered.flat().flatMap(({ content }) => partsOf(content).flatMap((part, index) => (index % 2 === 0 ? [] : [names[Number(part)] as string]))));
  return {
    used,
    variablesOf: (asked) => rendered.map((messages) => matched(messages, asked, names)).find((vars) => vars !== undefined),
  };
}

function matched(marked: readonly TraceMessage[], asked: readonly TraceMessage[], names: readonly string[]): Vars | undefined {
  const vars: Record<string, string> = {};
  for (const { role, content } of marked) {
    const found = asked.map((message) => (message.role === role ? valuesIn(content, message.content, names) : undefined)).find((values) => values !== undefined);
    if (!found || !merge(vars, found)) return undefined;
  }
  return Object.keys(vars).length === 0 ? undefined : vars;
}

/** The text between each two literal parts, each found at its first place: in linear time, whatever the text is. */
function valuesIn(marked: string, text: string, names: readonly string[]): Vars | undefined {
  const parts = partsOf(marked.trim());
  const whole = text.trim();
  const first = parts[0] as string;
  const last = parts.at(-1) as string;
  if (parts.length === 1) return whole === first ? {} : undefined;
  if (!whole.startsWith(first) || !whole.endsWith(last) || whole.length < first.length + last.length) return undefined;
  const vars: Record<string, string> = {};
  let from = first.length;
  for (let index = 1; index < parts.length; index += 2) {
    const literal = parts[index + 1] as string;
    const isLast = index === parts.length - 2;
    // Of two variables with nothing between them, nobody can tell which has what.
    if (!isLast && literal === "") return undefined;
    const end = isLast ? whole.length - last.length : whole.indexOf(literal, from);
    if (end < from || !merge(vars, { [names[Number(parts[index])] as string]: whole.slice(from, end) })) return undefined;
    from = end + literal.length;
  }
  return vars;
}

/** Text, number of a variable, text, …, text. */
function partsOf(marked: string): string[] {
  return marked.split(new RegExp(`${MARK}(\\d+)${MARK}`));
}

/** `false` when a variable would have two values. */
function merge(vars: Record<string, string>, more: Vars): boolean {
  for (const [name, value] of Object.entries(more)) {
    if (Object.hasOwn(vars, name) && vars[name] !== value) return false;
    vars[name] = value;
  }
  return true;
}
