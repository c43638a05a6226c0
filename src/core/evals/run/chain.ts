import type { Case, Prompt, Suite } from "../model.ts";
import type { ChainOf, Row } from "./rows.ts";
import { isRecord } from "../suite/source.ts";
import type { Series } from "./series.ts";

/** A turn of a conversation as a later prompt sees it in `_conversation`. */
export interface Turn {
  /** The prompt; a chat as its messages. */
  readonly prompt: unknown;
  /** What was said last in it. */
  readonly input: unknown;
  readonly output: unknown;
}

/** What one arm's turns leave to those after them. Neither arm sees the other's. */
export class Memory {
  private readonly conversations = new Map<string, Turn[]>();
  private readonly stored: Record<string, unknown> = {};
  /** Why no later turn can be asked. */
  broken: string | undefined;

  /** What a test sees beside its own variables. */
  vars(prompt: Prompt, test: Case): Readonly<Record<string, unknown>> {
    const continues = test.options.disableConversationVar !== true && readsConversation(prompt.template);
    return { ...(continues ? { _conversation: this.conversations.get(conversationOf(test)) ?? [] } : {}), ...this.stored };
  }

  /** @param judged the output after its transforms: that is what `storeOutputAs` keeps. */
  note(test: Case, text: string, output: unknown, judged: unknown): void {
    const name = conversationOf(test);
    this.conversations.set(name, [...(this.conversations.get(name) ?? []), turnOf(text, output)]);
    const { storeOutputAs } = test.options;
    if (storeOutputAs !== undefined && judged) this.stored[storeOutputAs] = judged;
  }

  forget(): void {
    this.conversations.clear();
    for (const name of Object.keys(this.stored)) delete this.stored[name];
    this.broken = undefined;
  }
}

/**
 * Rows that are asked one after the other, since each may depend on the outputs before it: the turns of a
 * conversation, or all of a series where tests store outputs. Each repeat is a chain of its own.
 */
export class Chain {
  readonly current = new Memory();
  readonly baseline = new Memory();
  private readonly serial: Row[] = [];
  private readonly free: Row[] = [];

  add(row: Row): void {
    (row.test.options.runSerially === true ? this.serial : this.free).push(row);
  }

  get first(): Row | undefined {
    return this.serial[0] ?? this.free[0];
  }

  /** In promptfoo's order: what runs serially comes first. */
  get turns(): readonly Row[] {
    return [...this.serial, ...this.free];
  }
}

/** Makes the chains of a run as its rows are made. */
export function chainsOf(tests: readonly Case[]): ChainOf {
  const namers = new Map<Series, (test: Case) => string | undefined>();
  const chains = new Map<string, Chain>();
  return (series, test, repeat) => {
    let nameOf = namers.get(series);
    if (!nameOf) namers.set(series, (nameOf = chainNames(tests, [series.current, series.baseline].flatMap((side) => (side ? [side.prompt] : [])))));
    const name = nameOf(test);
    if (name === undefined) return undefined;
    const key = JSON.stringify([series.key, repeat, name]);
    let chain = chains.get(key);
    if (!chain) chains.set(key, (chain = new Chain()));
    return chain;
  };
}

/** What a test is a turn of, by name; of `undefined` it is none. */
export function chainNames(tests: readonly Case[], prompts: readonly Prompt[]): (test: Case) => string | undefined {
  if (tests.some((test) => test.options.storeOutputAs !== undefined)) return () => "stored outputs";
  return prompts.some((prompt) => readsConversation(prompt.template)) ? conversationOf : () => undefined;
}

/** A selection of tests with all that it needs to mean what it does in the whole suite: with a turn, its conversation. */
export function wholeChains(chosen: readonly Case[], { cases, prompts }: Pick<Suite, "cases" | "prompts">): readonly Case[] {
  const nameOf = chainNames(cases, prompts);
  const tests = new Set(chosen);
  const chains = new Set(chosen.map(nameOf).filter((name) => name !== undefined));
  return cases.filter((test) => tests.has(test) || chains.has(nameOf(test) ?? ""));
}

/** Whether a template reads `_conversation` in one of its tags. */
export function readsConversation(template: string): boolean {
  return template.includes("_conversation") && /\{[{%](?:(?![%}]\}).)*\b_conversation\b/s.test(template);
}

function conversationOf({ metadata }: Case): string {
  return JSON.stringify(metadata["conversationId"] ?? null);
}

/** As promptfoo notes it: of a chat what its last message says. */
function turnOf(text: string, output: unknown): Turn {
  const json = parsed(text);
  const last: unknown = Array.isArray(json) ? json.at(-1) : undefined;
  const content = isRecord(last) ? last["content"] : undefined;
  return { prompt: json || text, input: content || last || json || text, output: output || "" };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
