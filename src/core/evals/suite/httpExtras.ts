import { compileFunction } from "node:vm";
import { isAbsolute, resolve } from "node:path";
import { isInside } from "../../config/diskSnapshot.ts";
import type { HttpExtras } from "../model.ts";
import { sessionBody } from "../providers/http/session.ts";
import { readCodeFile } from "./code.ts";
import { at, isFileReference, type Place, type SuiteSource } from "./source.ts";

const KEYS = ["auth", "session", "signatureAuth", "tls", "multipart"] as const;

/** What of `auth`, `session`, `signatureAuth`, `tls` and `multipart` an HTTP provider's configuration holds; each mistake at its place. */
export async function readHttpExtras(source: SuiteSource, config: Readonly<Record<string, unknown>>, place: Place): Promise<HttpExtras | undefined> {
  const given = KEYS.filter((key) => config[key] !== undefined && config[key] !== null);
  if (given.length === 0) return undefined;
  const { HTTP_SCHEMAS } = await import("./httpSchema.ts");
  const read: Record<string, unknown> = { root: source.root, folder: source.folder };
  for (const key of given) {
    const parsed = HTTP_SCHEMAS[key].safeParse(config[key]);
    if (parsed.success) read[key] = parsed.data;
    else for (const issue of parsed.error.issues.slice(0, 3)) source.report("error", `bad-http-${key.toLowerCase()}`, `${[key, ...issue.path].join(".")}: ${issue.message}.${ADVICE[key] ?? ""}`, at(place, key, ...(issue.path as (string | number)[])));
  }
  const extras = read as unknown as HttpExtras;
  if (extras.multipart) for (const other of ["body", "request"]) if (config[other] !== undefined) source.report("error", "bad-http-multipart", `multipart is sent instead of a ${other}: leave one of them out.`, at(place, other));
  return { ...extras, ...(await sessionOf(source, extras.session, at(place, "session", "responseParser"))), ...pathsOf(source, extras, place) };
}

const ADVICE: Partial<Record<(typeof KEYS)[number], string>> = {
  auth: " It is {type: bearer, token}, {type: basic, username, password}, {type: api_key, value, placement: header or query, keyName}, or {type: oauth, grantType: client_credentials or password, tokenUrl, …}; an auth of code (file) cannot be run yet.",
  signatureAuth: " Keys are read as PEM here: turn a keystore (jks, pfx) into one with openssl.",
  tls: " Keystores (jks) are not read: turn one into PEM or PFX.",
};

async function sessionOf(source: SuiteSource, session: HttpExtras["session"], place: Place): Promise<Pick<HttpExtras, "session">> {
  if (!session) return {};
  if (isFileReference(session.responseParser)) return { session: { ...session, responseParser: (await readCodeFile(source, session.responseParser, place)) ?? "undefined" } };
  try {
    compileFunction(sessionBody(session.responseParser), ["output", "context", "process"]);
  } catch (error) {
    source.report("error", "bad-transform", `This responseParser does not compile: ${error instanceof Error ? error.message : String(error)}.`, place);
  }
  return {};
}

/** Files of keys with their absolute paths. They are not read here: what is read of a suite is kept. */
function pathsOf(source: SuiteSource, { tls, signatureAuth }: HttpExtras, place: Place): Pick<HttpExtras, "tls" | "signatureAuth"> {
  const absolute = <T extends object>(value: T, key: string, names: readonly (keyof T & string)[]): T => {
    const paths = names.flatMap((name) => {
      const written = value[name];
      if (typeof written !== "string") return [];
      const path = written.replace(/^file:\/\//, "");
      const file = isAbsolute(path) ? path : resolve(source.folder, path);
      if (!isInside(source.root, file)) source.report("error", "outside-workspace", `${written} is outside of the workspace ${source.root}. Give what it holds as a secret instead: ${name.replace("Path", "")}: \${secret:NAME}.`, at(place, key, name));
      return [[name, file] as const];
    });
    return { ...value, ...Object.fromEntries(paths) };
  };
  return { ...(tls && { tls: absolute(tls, "tls", ["caPath", "certPath", "keyPath", "pfxPath"]) }), ...(signatureAuth && { signatureAuth: absolute(signatureAuth, "signatureAuth", ["privateKeyPath"]) }) };
}
