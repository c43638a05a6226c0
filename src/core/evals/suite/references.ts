import { pointerSteps } from "../../config/yaml.ts";
import { at, folderOf, isFileReference, isRecord, type Place, type SuiteSource, withoutScheme } from "./source.ts";

/** Most values have none, however large they are: they are taken as they stand. */
function holdsReference(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsReference);
  return isRecord(value) && (typeof value["$ref"] === "string" || Object.values(value).some(holdsReference));
}

/**
 * A value with every `$ref` replaced by what it points at: `#/a/b` in the same file, or `other.yaml#/a`.
 * Keys beside a `$ref` are added to the target, and win over its own.
 * A cycle, a missing target and a missing file are problems at the `$ref`.
 */
export async function dereferenced(source: SuiteSource, value: unknown, place: Place, open: readonly string[] = []): Promise<unknown> {
  if (!holdsReference(value)) return value;
  if (Array.isArray(value)) return Promise.all(value.map((item, index) => dereferenced(source, item, at(place, index), open)));
  if (!isRecord(value)) return value;
  const { $ref: reference, ...own } = value;
  if (typeof reference !== "string") return members(source, value, place, open);

  const target = await targetOf(source, reference, place, open);
  return isRecord(target) ? { ...target, ...(await members(source, own, place, open)) } : target;
}

async function members(source: SuiteSource, value: Record<string, unknown>, place: Place, open: readonly string[]): Promise<Record<string, unknown>> {
  return Object.fromEntries(await Promise.all(Object.entries(value).map(async ([key, item]) => [key, await dereferenced(source, item, at(place, key), open)] as const)));
}

async function targetOf(source: SuiteSource, reference: string, place: Place, open: readonly string[]): Promise<unknown> {
  const here = at(place, "$ref");
  const [path = "", fragment = ""] = reference.replace(/^file:\/\//, "").split("#");
  const document = path === "" ? place.document : await source.document(path, here, folderOf(place));
  if (!document) return undefined;
  const name = `${document.file}#${fragment}`;
  if (open.includes(name)) {
    source.report("error", "cyclic-ref", `This $ref leads back to itself: ${[...open.slice(open.indexOf(name)), name].map((step) => step.slice(step.indexOf("#"))).join(" → ")}.`, here);
    return undefined;
  }
  const steps = pointerSteps(`#${fragment}`);
  let target: unknown = document.value;
  for (const step of steps) target = Array.isArray(target) ? target[Number(step)] : isRecord(target) ? target[step] : undefined;
  if (target === undefined) {
    source.report("error", "missing-ref", `${reference} points at nothing.`, here);
    return undefined;
  }
  return dereferenced(source, target, { document, path: steps }, [...open, name]);
}

/** Data in which a text that names a file is replaced by what is in it; the same value when none does. */
export async function withFiles(source: SuiteSource, value: unknown, place: Place): Promise<unknown> {
  if (isFileReference(value)) {
    const path = withoutScheme(value);
    if (/\.(ya?ml|json)$/i.test(path)) return (await source.document(path, place))?.value;
    return (await source.read(path, place))?.text;
  }
  if (value === null || typeof value !== "object") return value;
  const entries = await Promise.all(Object.entries(value).map(async ([key, item]: [string, unknown]) => [key, await withFiles(source, item, at(place, Array.isArray(value) ? Number(key) : key))] as const));
  if (entries.every(([key, item]) => item === (value as Record<string, unknown>)[key])) return value;
  return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}
