import { createHash } from "node:crypto";

/**
 * What a person has agreed to, as pure logic: which origins a save may call, and which secret may go
 * to which origin. Kept outside the workspace, since a pull request may change what is in it.
 */
export interface Approvals {
  /** Origins that may be called without being asked: a person once chose Run there. */
  readonly origins: ReadonlySet<string>;
  /** `pairKey(name, origin)` of secrets and environment variables that may be sent to an origin. */
  readonly secrets: ReadonlySet<string>;
}

export const NO_APPROVALS: Approvals = { origins: new Set(), secrets: new Set() };

/** Names that belong to one vendor: sending them there is what they are for. */
const BUILT_IN: ReadonlySet<string> = new Set([
  pairKey("OPENAI_API_KEY", "https://api.openai.com"),
  pairKey("ANTHROPIC_API_KEY", "https://api.anthropic.com"),
  pairKey("GOOGLE_API_KEY", "https://generativelanguage.googleapis.com"),
  pairKey("GEMINI_API_KEY", "https://generativelanguage.googleapis.com"),
]);

/** One approval of a secret for an origin, as it is kept and as `LLMOPS_APPROVED` spells it. */
export function pairKey(name: string, origin: string): string {
  return `${name}=${origin}`;
}

/**
 * Under which an approval is kept outside the workspace: it holds for one workspace folder (absolute
 * path or URI) only. `approval` is an origin or a `pairKey`.
 */
export function consentKey(workspace: string, approval: string): string {
  return createHash("sha256").update(JSON.stringify([workspace, approval])).digest("hex");
}

/** `https://host` or `http://host:port` of a URL, normalised; `undefined` when it is no http(s) URL. */
export function originOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, origin } = new URL(url);
  return protocol === "http:" || protocol === "https:" ? origin : undefined;
}

const CODE = /^code:[^,#]+?(?:#[0-9a-f]+)?$/;

/**
 * In the place of an origin, for a secret that code of a suite is given. No address limits where code sends it: what is
 * agreed to is the code itself, by the hash of it and of what it imports.
 * @param path of its file, from the workspace, with `/`.
 */
export function codeRecipient(path: string, hash: string): string {
  return `code:${path}#${hash}`;
}

/** The file of a recipient that is code, from the workspace; `undefined`: it is none. */
export function codeIn(recipient: string): string | undefined {
  return CODE.test(recipient) ? recipient.slice("code:".length).replace(/#[0-9a-f]+$/, "") : undefined;
}

/** Who may be given a secret, normalised: an origin, or code; `undefined` when it is neither. */
function recipientOf(text: string): string | undefined {
  return CODE.test(text) ? text : originOf(text);
}

/** Whether an origin is this machine: 127.0.0.0/8, ::1 or localhost. */
export function isLoopback(origin: string): boolean {
  const normal = originOf(origin);
  if (normal === undefined) return false;
  const { hostname } = new URL(normal);
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** Whether a save may call this origin. A run that a person starts needs no consent: it is the consent. */
export function mayCallOnSave(origin: string, approvals: Approvals): boolean {
  const normal = originOf(origin);
  return normal !== undefined && (isLoopback(normal) || approvals.origins.has(normal));
}

/**
 * Whether a secret may be sent to this origin, or given to this code. A loopback origin is no exception: whatever listens
 * there may pass it on.
 */
export function mayRelease(name: string, origin: string, approvals: Approvals): boolean {
  const normal = recipientOf(origin);
  if (normal === undefined) return false;
  const key = pairKey(name, normal);
  // CI may approve a file whatever is in it: who reviews its changes decides.
  const file = codeIn(normal);
  return BUILT_IN.has(key) || approvals.secrets.has(key) || (file !== undefined && approvals.secrets.has(pairKey(name, `code:${file}`)));
}

/**
 * Reads the environment variable `LLMOPS_APPROVED` (`NAME=https://origin[,NAME=code:path…]`), by
 * which CI approves secrets. Only ever from the process environment: a `.env` is part of the workspace.
 */
export function parseApproved(text: string | undefined): { approvals: Approvals; mistakes: readonly string[] } {
  const secrets = new Set<string>();
  const mistakes: string[] = [];
  for (const part of (text ?? "").split(",").map((entry) => entry.trim()).filter(Boolean)) {
    const match = /^([A-Za-z_][A-Za-z0-9_]*)=(.+)$/.exec(part);
    const origin = match && recipientOf(match[2]!.trim());
    if (!origin) mistakes.push(`LLMOPS_APPROVED: ${JSON.stringify(part)} is not of the form NAME=https://host or NAME=code:path. It is ignored.`);
    else secrets.add(pairKey(match[1]!, origin));
  }
  return { approvals: { origins: new Set(), secrets }, mistakes };
}
