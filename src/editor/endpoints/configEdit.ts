import { Document, isMap, parseDocument, YAMLMap } from "yaml";

/** An entry of `endpoints:` in `llmops.yaml`. */
export type NewEndpoint = { readonly kind: "sandbox"; readonly model: string } | { readonly kind: "openai"; readonly baseUrl: string; readonly model: string; readonly apiKey?: string };

export class ConfigUnreadable extends Error {}

/**
 * The text of `llmops.yaml` with one more endpoint; comments and layout stay. Line ends too: `yaml` writes `\n`.
 *
 * @param text `undefined`: there is no file yet.
 * @throws {ConfigUnreadable} when the file is not YAML as it should be: it is a person's to mend first.
 */
export function withEndpoint(text: string | undefined, name: string, endpoint: NewEndpoint): string {
  const document = text === undefined || text.trim() === "" ? new Document({ version: 1 }) : parseDocument(text);
  const [error] = document.errors;
  if (error) throw new ConfigUnreadable(`llmops.yaml cannot be read (${error.message.split("\n")[0]}). Mend it first.`);
  const { contents } = document;
  if (!isMap(contents)) throw new ConfigUnreadable("llmops.yaml is not a map of keys and values. Mend it first.");
  const endpoints = contents.get("endpoints", true);
  const value = document.createNode(endpoint, { flow: endpoint.kind === "sandbox" });
  if (isMap(endpoints)) {
    endpoints.set(name, value);
  } else {
    const map = new YAMLMap();
    map.set(document.createNode(name), value);
    const pair = document.createPair("endpoints", map);
    const old = contents.items.findIndex((item) => String(item.key) === "endpoints");
    const version = contents.items.findIndex((item) => String(item.key) === "version");
    contents.items.splice(old >= 0 ? old : version + 1, old >= 0 ? 1 : 0, pair);
  }
  const written = document.toString({ lineWidth: 0, flowCollectionPadding: true });
  return text?.includes("\r\n") ? written.replaceAll("\n", "\r\n") : written;
}

/** The endpoints that a text of `llmops.yaml` names. */
export function endpointNames(text: string | undefined): string[] {
  const value: unknown = text === undefined ? undefined : parseDocument(text).get("endpoints", true);
  return isMap(value) ? value.items.map((item) => String(item.key)) : [];
}

/** `prod`, or `prod2` where that is taken. */
export function freeName(wanted: string, taken: readonly string[]): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}${number}`;
    if (!taken.includes(name)) return name;
  }
}

/** Names of secrets that a text refers to as `${secret:NAME}`. */
export function secretNames(text: string): string[] {
  return [...new Set([...text.matchAll(/\$\{secret:([A-Za-z_][A-Za-z0-9_]*)\}/g)].map((match) => match[1] as string))];
}
