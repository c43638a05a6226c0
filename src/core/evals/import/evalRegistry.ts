import { z } from "zod";
import { parseYaml, type YamlDocument } from "../../config/yaml.ts";
import { unreadable } from "./imported.ts";

const args = z.looseObject({
  samples_jsonl: z.string(),
  modelgraded_spec: z.string().optional(),
  modelgraded_spec_args: z.record(z.string(), z.string()).optional(),
  max_tokens: z.number().int().positive().optional(),
  ignore_case: z.boolean().optional(),
  num_few_shot: z.number().int().min(0).optional(),
  few_shot_jsonl: z.string().optional(),
});
const spec = z.looseObject({ class: z.string().regex(/:\w+$/, "expected MODULE:CLASS"), description: z.string().optional(), args });
const alias = z.looseObject({ id: z.string() });

/** Names may stand for others, which may stand for others. */
const MOST_ALIASES = 10;

export interface EvalSpec {
  readonly name: string;
  /** `Match`, without its module. */
  readonly kind: string;
  readonly args: z.infer<typeof args>;
  readonly description: string | undefined;
  readonly document: YamlDocument;
}

/**
 * One eval of a registry file of OpenAI Evals: `{NAME: {id}}`, and under that id `{class, args}`.
 * @param name may be left out where there is one only. @throws {ProblemError}
 */
export function evalIn(file: string, text: string, name: string | undefined): EvalSpec {
  const document = parseYaml(file, text);
  const [problem] = document.problems;
  if (problem) throw unreadable(file, problem.message, problem.location);
  const entries = document.value;
  if (entries === null || typeof entries !== "object" || Array.isArray(entries)) throw unreadable(file, "This is no registry of OpenAI Evals: it holds no evals by their names.");
  const byName = entries as Record<string, unknown>;
  const found = resolved(byName, name ?? onlyOne(file, byName));
  if (found === undefined) throw unreadable(file, `There is no eval ${JSON.stringify(name)} in it. It has ${namesOf(byName).join(", ") || "none"}.`);
  const parsed = spec.safeParse(byName[found]);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = [found, ...(issue?.path ?? [])] as (string | number)[];
    throw unreadable(file, `The eval ${found} cannot be read: ${issue?.path.join(".")}: ${issue?.message}.`, { file, range: document.locate(path) });
  }
  const { class: whole, description, args: given } = parsed.data;
  return { name: found, kind: whole.slice(whole.lastIndexOf(":") + 1), args: given, description, document };
}

function resolved(entries: Record<string, unknown>, name: string): string | undefined {
  let found = name;
  for (let step = 0; step < MOST_ALIASES && Object.hasOwn(entries, found); step++) {
    const { data } = alias.safeParse(entries[found]);
    if (!data) return found;
    found = data.id;
  }
  return undefined;
}

function onlyOne(file: string, entries: Record<string, unknown>): string {
  const names = namesOf(entries);
  if (names.length === 1) return names[0]!;
  throw unreadable(file, names.length === 0 ? "There is no eval in it: none of its entries has a class." : `It has ${names.length} evals: say which with --eval. They are ${names.join(", ")}.`);
}

function namesOf(entries: Record<string, unknown>): string[] {
  return Object.keys(entries).filter((name) => spec.partial().required({ class: true }).safeParse(entries[name]).success);
}
