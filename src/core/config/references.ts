import { codeIn, originOf } from "./approvals.ts";
import type { Redactor } from "./redactor.ts";

/** A value that stands in a text by its name: `${secret:NAME}` or `{{env.NAME}}`. */
export interface Reference {
  readonly kind: "secret" | "env";
  readonly name: string;
  /** Offsets in the text, end exclusive. */
  readonly start: number;
  readonly end: number;
}

export type Resolution = { readonly value: string } | "missing" | "refused";

/** Gives a value for one origin (`https://host:port`), or says why not. */
export interface ReferenceSource {
  readonly secret: (name: string, origin: string) => Promise<Resolution>;
  readonly env: (name: string, origin: string) => Promise<Resolution>;
}

/** A reference without a value. Its message says what to do and never holds a value. */
export class UnresolvedReference extends Error {
  readonly reference: Reference;
  readonly reason: "missing" | "refused";
  constructor(reference: Reference, reason: "missing" | "refused", message: string) {
    super(message);
    this.name = "UnresolvedReference";
    this.reference = reference;
    this.reason = reason;
  }
}

const PATTERN = /\$\{secret:([A-Za-z_][A-Za-z0-9_]*)\}|\{\{-?\s*env(?:\.([A-Za-z_][A-Za-z0-9_]*)|\[\s*(?:'([^']+)'|"([^"]+)")\s*\])\s*-?\}\}/g;

/** The references in a text, in order. */
export function parseReferences(text: string): Reference[] {
  if (!text.includes("${secret:") && !text.includes("{{")) return [];
  return [...text.matchAll(PATTERN)].map((match) => ({
    kind: match[1] === undefined ? "env" : "secret",
    name: (match[1] ?? match[2] ?? match[3] ?? match[4])!,
    start: match.index,
    end: match.index + match[0].length,
  }));
}

export function hasReference(text: string): boolean {
  return parseReferences(text).length > 0;
}

/** Names of all secrets in the strings of a value, sorted, each once. */
export function secretsIn(value: unknown): string[] {
  return namesIn(value, "secret");
}

/** Names of all environment variables in the strings of a value, sorted, each once. */
export function envIn(value: unknown): string[] {
  return namesIn(value, "env");
}

/**
 * The value with every reference in its strings replaced for calls of `origin`. What is released is
 * told to `redactor` before it is returned.
 * @throws {UnresolvedReference} at the first reference that has no value or is not approved for the origin.
 */
export async function resolveReferences<T>(value: T, origin: string, source: ReferenceSource, redactor: Redactor): Promise<T> {
  const resolve = async (node: unknown): Promise<unknown> => {
    if (typeof node === "string") return resolveText(node, origin, source, redactor);
    if (Array.isArray(node)) return Promise.all(node.map(resolve));
    if (node !== null && typeof node === "object") {
      return Object.fromEntries(await Promise.all(Object.entries(node).map(async ([key, child]) => [key, await resolve(child)] as const)));
    }
    return node;
  };
  return (await resolve(value)) as T;
}

async function resolveText(text: string, origin: string, source: ReferenceSource, redactor: Redactor): Promise<string> {
  let result = "";
  let last = 0;
  for (const reference of parseReferences(text)) {
    const resolution = await source[reference.kind](reference.name, origin);
    if (typeof resolution === "string") throw unresolved(reference, resolution, origin);
    redactor.add(resolution.value);
    result += text.slice(last, reference.start) + resolution.value;
    last = reference.end;
  }
  return result + text.slice(last);
}

/**
 * What is wrong with an endpoint's `baseUrl` as written, or `undefined`. The environment may give the
 * beginning of an address; behind a fixed host a reference could carry a secret to it.
 */
export function baseUrlMistake(text: string): string | undefined {
  const [first, ...others] = parseReferences(text);
  if (first?.kind === "secret") return "A URL ends up in logs: do not put a secret into it. Use apiKey or headers.";
  if (others.length > 0 || (first && first.start > 0)) return "Only the beginning of an address can come from the environment: write {{env.NAME}} first, and only there.";
  if (first) return undefined;
  if (originOf(text) === undefined) return "Expected an address such as https://api.openai.com/v1.";
  const url = new URL(text);
  if (url.username || url.password) return "Keys do not belong in files: remove what stands before “@”, and use apiKey: ${secret:NAME}.";
  if (url.search || url.hash) return "The address must not have a “?” or “#” part: “/chat/completions” is added at its end.";
  return undefined;
}

function namesIn(value: unknown, kind: Reference["kind"]): string[] {
  const names = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node === "string") {
      for (const reference of parseReferences(node)) if (reference.kind === kind) names.add(reference.name);
    } else if (node !== null && typeof node === "object") Object.values(node).forEach(visit);
  };
  visit(value);
  return [...names].sort();
}

function unresolved(reference: Reference, reason: "missing" | "refused", origin: string): UnresolvedReference {
  return new UnresolvedReference(reference, reason, unresolvedMessage(reference, reason, origin));
}

/** Why a value was not sent to an origin, and what to do. */
export function unresolvedMessage({ name, kind }: Pick<Reference, "name" | "kind">, reason: "missing" | "refused", origin: string): string {
  const command = kind === "secret" ? "Run “LLMOps: Set Secret…” in the editor, or set the environment variable" : "Set it, or write it into .env:";
  const file = codeIn(origin);
  if (reason === "refused" && file !== undefined) return `${name} is not approved for the code ${file} as it is now. If you trust it, choose Run in the editor and approve it; in CI set LLMOPS_APPROVED=${name}=code:${file}.`;
  return reason === "missing"
    ? `${kind === "secret" ? "The secret" : "The environment variable"} ${name} is not set. ${command} ${name}.`
    : `${name} is not approved for ${origin}. If you trust this address, choose Run in the editor and approve it; in CI set LLMOPS_APPROVED=${name}=${origin}.`;
}
