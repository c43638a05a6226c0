import type { Location } from "../../problem.ts";
import type { ProviderSpec } from "../model.ts";
import { CALLABLE, isKnownProvider } from "../providers/registry.ts";
import { responsePath } from "../providers/http/provider.ts";
import { commandParts } from "../suiteCode/program.ts";
import { readResponseTransform, readTransform } from "./code.ts";
import { checkKeys, PROVIDER_KEYS } from "./keys.ts";
import { readHttp } from "./httpCode.ts";
import { isProviderCode, readProviderCode } from "./providerCode.ts";
import { readScriptsOf } from "./scripts.ts";
import { at, isFileReference, isGlob, isRecord, locationOf, type Place, placeAt, type SuiteSource, withoutScheme } from "./source.ts";

/**
 * The providers of a suite: strings, objects, `{id: {…}}` maps, and files of them.
 * @param open the files of providers that lead here.
 */
export async function readProviders(source: SuiteSource, value: unknown, place: Place, open: readonly string[] = []): Promise<ProviderSpec[]> {
  const list = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  const specs: ProviderSpec[] = [];
  for (const [index, item] of list.entries()) specs.push(...(await one(source, item, Array.isArray(value) ? at(place, index) : place, open)));
  return specs;
}

async function one(source: SuiteSource, item: unknown, place: Place, open: readonly string[]): Promise<ProviderSpec[]> {
  if (typeof item === "string" && isProviderCode(item)) return checked(source, item, {}, place, locationOf(place));
  if (isFileReference(item)) return fromFile(source, withoutScheme(item), place, open);
  if (typeof item === "string") return checked(source, item, {}, place, locationOf(place));
  if (!isRecord(item)) {
    source.report("error", "bad-provider", "A provider is an id such as openai:chat:MODEL, or an object with an id.", place);
    return [];
  }
  if (item["id"] === undefined) {
    const [[id, options] = [undefined, undefined], ...rest] = Object.entries(item);
    if (id === undefined || rest.length > 0 || !isRecord(options)) {
      source.report("error", "bad-provider", "This provider has no id. Write {id: openai:chat:MODEL, config: {…}}.", place);
      return [];
    }
    const own = at(place, id);
    return checked(source, typeof options["id"] === "string" ? options["id"] : id, options, own, options["id"] === undefined ? locationOf(own, "key") : locationOf(at(own, "id")));
  }
  if (isFileReference(item["id"]) && !isProviderCode(item["id"])) {
    const loaded = await fromFile(source, withoutScheme(item["id"]), at(place, "id"), open);
    const own = await transformOf(source, item, place);
    return loaded.map((spec) => ({ ...spec, ...overrides(item), ...own }));
  }
  return checked(source, String(item["id"]), item, place, locationOf(at(place, "id")));
}

async function fromFile(source: SuiteSource, path: string, place: Place, open: readonly string[]): Promise<ProviderSpec[]> {
  if (/\.go(:\w+)?$/.test(path)) {
    source.report("error", "unknown-provider", `Go cannot be called here: ${CALLABLE} can. Build it, and name the program: exec:./provider.`, place);
    return [];
  }
  if (isGlob(path)) {
    const files = await source.glob(path);
    if (files.length === 0) source.report("error", "missing-file", `${path} matches no file.`, place);
    const lists = await Promise.all(files.map((file) => fromFound(source, file, place, open)));
    return lists.flat();
  }
  return fromFound(source, path, place, open);
}

async function fromFound(source: SuiteSource, path: string, place: Place, open: readonly string[]): Promise<ProviderSpec[]> {
  const document = await source.document(path, place);
  if (!document || document.problems.length > 0) return [];
  if (open.includes(document.file)) {
    source.report("error", "cyclic-file", `${path} leads back to itself: it is read for its own providers.`, place);
    return [];
  }
  return readProviders(source, document.value, { document, path: [] }, [...open, document.file]);
}

async function checked(source: SuiteSource, id: string, options: Record<string, unknown>, place: Place, idAt: Location): Promise<ProviderSpec[]> {
  checkKeys(source, options, place, PROVIDER_KEYS);
  if (id.startsWith("exec:")) await readScriptsOf(source, commandParts(id.slice("exec:".length)), placeAt(idAt));
  const code = isProviderCode(id) ? await readProviderCode(source, id, placeAt(idAt)) : undefined;
  if (isProviderCode(id) && !code) return [];
  if (!code && !isKnownProvider(id)) {
    const kind = id.split(":")[0] ?? id;
    source.report("error", "unknown-provider", `The provider ${JSON.stringify(kind)} cannot be called yet: ${CALLABLE} can. Name an endpoint in llmops.yaml to replace it.`, idAt);
    return [];
  }
  const config = isRecord(options["config"]) ? options["config"] : {};
  const parser = config["transformResponse"] === undefined ? "responseParser" : "transformResponse";
  const takesCode = config[parser] !== undefined && !responsePath(config[parser]);
  const response = takesCode ? await readResponseTransform(source, config[parser], at(place, "config", parser)) : undefined;
  const http = givesRequests(id) ? await readHttp(source, config, at(place, "config")) : { config };
  return [{ id, label: undefined, ...(code ? { code } : {}), prompts: undefined, delay: undefined, env: {}, location: () => locationOf(place), ...overrides(options), ...http, ...(await transformOf(source, options, place)), ...(response === undefined ? {} : { response }) }];
}

function givesRequests(id: string): boolean {
  return id === "http" || id === "https" || /^https?:\/\//.test(id);
}

async function transformOf(source: SuiteSource, options: Record<string, unknown>, place: Place): Promise<Pick<ProviderSpec, "transform">> {
  const transform = await readTransform(source, options["transform"], at(place, "transform"));
  return transform === undefined ? {} : { transform };
}

function overrides(options: Record<string, unknown>): Partial<Pick<ProviderSpec, "label" | "prompts" | "delay" | "env" | "config">> {
  return {
    ...(typeof options["label"] === "string" ? { label: options["label"] } : {}),
    ...(Array.isArray(options["prompts"]) ? { prompts: options["prompts"].map(String) } : {}),
    ...(typeof options["delay"] === "number" ? { delay: options["delay"] } : {}),
    ...(isRecord(options["env"]) ? { env: Object.fromEntries(Object.entries(options["env"]).map(([name, value]) => [name, String(value)])) } : {}),
    ...(isRecord(options["config"]) ? { config: options["config"] } : {}),
  };
}
