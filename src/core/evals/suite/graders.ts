import type { Graders, ProviderSpec } from "../model.ts";
import { CALLABLE, givenBy } from "../providers/registry.ts";
import { valueOfCode } from "./callCode.ts";
import { checkKeys, PROVIDER_KEYS } from "./keys.ts";
import { isProviderCode, readProviderCode } from "./providerCode.ts";
import { at, isFileReference, isRecord, locationOf, type Place, type SuiteSource, withoutScheme } from "./source.ts";

const KINDS = ["text", "embedding", "moderation"] as const;

/**
 * Who judges, as an assertion's or a test's `provider` says: an id, `{id, config}`, a file of one, or one of
 * these for each of `text`, `embedding` and `moderation`.
 */
export async function readGraders(source: SuiteSource, value: unknown, place: Place): Promise<Graders | undefined> {
  if (value === undefined || value === null) return undefined;
  if (isRecord(value) && value["id"] === undefined && [...KINDS, "classification"].some((kind) => value[kind] !== undefined)) {
    const specs = await Promise.all(KINDS.map(async (kind) => [kind, await readOne(source, value[kind], at(place, kind))] as const));
    return Object.fromEntries(specs.filter(([, spec]) => spec !== undefined));
  }
  const spec = await readOne(source, value, place);
  return spec && { text: spec, embedding: spec, moderation: spec };
}

async function readOne(source: SuiteSource, value: unknown, place: Place, inFile = false): Promise<ProviderSpec | undefined> {
  if (value === undefined || value === null) return undefined;
  if (isFileReference(value) && !isProviderCode(value) && !inFile) {
    const document = await source.document(withoutScheme(value), place);
    return document && document.problems.length === 0 ? readOne(source, document.value, { document, path: [] }, true) : undefined;
  }
  if (typeof value === "string" && (isProviderCode(value) || !isFileReference(value))) return checked(source, value, {}, place, place);
  if (isRecord(value) && typeof value["id"] === "string") {
    checkKeys(source, value, place, PROVIDER_KEYS);
    return checked(source, value["id"], value, place, at(place, "id"));
  }
  source.report("error", "bad-provider", "A judge is an id such as openai:chat:MODEL, an object with an id, or {text, embedding, moderation} of these.", place);
  return undefined;
}

async function checked(source: SuiteSource, id: string, options: Record<string, unknown>, place: Place, idPlace: Place): Promise<ProviderSpec | undefined> {
  const code = isProviderCode(id) ? await readProviderCode(source, id, idPlace) : undefined;
  if (isProviderCode(id) && !code) return undefined;
  if (!code && givenBy(id) === undefined) {
    source.report("error", "unknown-provider", `The judge ${JSON.stringify(id)} cannot be called yet: ${CALLABLE} can. Take it out to let the endpoint of llmops.yaml judge.`, idPlace);
    return undefined;
  }
  const env = isRecord(options["env"]) ? options["env"] : {};
  return {
    id,
    label: undefined,
    ...(code ? { code } : {}),
    config: isRecord(options["config"]) ? options["config"] : {},
    prompts: undefined,
    delay: undefined,
    env: Object.fromEntries(Object.entries(env).map(([name, found]) => [name, String(found)])),
    location: () => locationOf(place),
  };
}

/** The suite's own question to a judge; a file's text where it is one. */
export async function readRubricPrompt(source: SuiteSource, value: unknown, place: Place): Promise<unknown> {
  if (!isFileReference(value)) return value ?? undefined;
  const path = withoutScheme(value);
  if (/\.[cm]?[jt]s(:[\w.]+)?$/i.test(path)) return madeQuestion(source, value, place);
  if (/\.(py|rb)(:\w+)?$/i.test(path)) {
    source.report("error", "bad-code-file", "A rubricPrompt is made by a .js or .ts file.", place);
    return undefined;
  }
  return (await source.read(path, place))?.text;
}

async function madeQuestion(source: SuiteSource, reference: string, place: Place): Promise<unknown> {
  const made = await valueOfCode(source, reference, [], "", place);
  if (!made || typeof made.value === "string" || (typeof made.value === "object" && made.value !== null)) return made?.value;
  source.report("error", "bad-rubric-prompt", `${reference} must give a text, or a chat as a list of messages.`, place);
  return undefined;
}
