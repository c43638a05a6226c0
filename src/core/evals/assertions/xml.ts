import { type Assertion, JudgeError } from "../model.ts";
import type { AssertionDefinition, Mistake } from "./definition.ts";
import { xmlFragments } from "./xmlFragments.ts";

/** `is-xml`: well-formed with its name spaces, and with every required path. */
export const isXml: AssertionDefinition = {
  check: checkPaths,
  async grade({ type, value, text }) {
    const paths = requiredPaths(type, value);
    const flaw = await notWellFormed(text);
    if (flaw !== undefined) return { holds: false, claim: "be well-formed XML", found: flaw };
    const missing = await missingPaths(text, paths);
    return { holds: missing?.length === 0, claim: paths.length > 0 ? `be XML with ${paths.join(", ")}` : "be well-formed XML", found: missing && `${missing.join(", ")} is missing` };
  },
};

/** `contains-xml`: elements anywhere in the text, read leniently, which have every required path. */
export const containsXml: AssertionDefinition = {
  check: checkPaths,
  async grade({ type, value, text }) {
    const paths = requiredPaths(type, value);
    const claim = paths.length > 0 ? `contain XML with ${paths.join(", ")}` : "contain XML";
    const read: { start: number; end: number }[] = [];
    for (const { start, end } of xmlFragments(text)) {
      // What a readable fragment holds is part of it, and has been looked at.
      if (read.some((outer) => start >= outer.start && end <= outer.end)) continue;
      const missing = await missingPaths(text.slice(start, end), paths);
      if (missing?.length === 0) return { holds: true, claim };
      if (missing) read.push({ start, end });
    }
    return { holds: false, claim, found: read.length > 0 ? "no element has them" : undefined };
  },
};

function checkPaths({ type, value }: Assertion): string | Mistake | undefined {
  try {
    const paths = requiredPaths(type, value);
    return paths.includes("") ? { severity: "warning", message: `${type}: one of the required elements has no name, so no output has it.` } : undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Dotted paths: texts separated by commas, a list, or `{requiredElements}`. */
function requiredPaths(type: string, value: unknown): string[] {
  if (typeof value === "string") return value.split(",").map((path) => path.trim());
  if (Array.isArray(value)) return value.map(String);
  if (typeof value !== "object" || value === null || Object.keys(value).length === 0) return [];
  const { requiredElements } = value as { requiredElements?: unknown };
  if (Array.isArray(requiredElements)) return requiredElements.map(String);
  throw new JudgeError(`${type} takes the paths of required elements as its value: "a.b, a.c", a list, or {requiredElements: […]}.`);
}

const SPACE = "[ \\t\\r\\n]";
const NAME_START = ":A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}\\u{200D}\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}";
const NAME = `[${NAME_START}][${NAME_START}\\-.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}\\u{2040}]*`;
const PUBLIC = "[ \\r\\na-zA-Z0-9()+,./:=?;!*#@$_%\\-]";
const SYSTEM_ID = `(?:"[^"#]*"|'[^'#]*')`;
/** XML 1.0's `doctypedecl` without a DTD of its own: entities that a text declares are not expanded. */
const DOCTYPE = new RegExp(`^${SPACE}+${NAME}(${SPACE}+(?:SYSTEM|PUBLIC${SPACE}+(?:"(?:${PUBLIC}|')*"|'${PUBLIC}*'))${SPACE}+${SYSTEM_ID})?${SPACE}*$`, "u");

/** Each element looks for its name space in all around it. */
const MAX_DEPTH = 5000;

/** Why a text is no XML document; `undefined` when it is one. */
async function notWellFormed(text: string): Promise<string | undefined> {
  const { SaxesParser } = await import("saxes");
  const parser = new SaxesParser({ xmlns: true });
  let standalone = false;
  let depth = 0;
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("xmldecl", (declaration) => {
    standalone = declaration.standalone === "yes";
  });
  parser.on("doctype", (doctype) => {
    const match = DOCTYPE.exec(doctype);
    if (!match) throw new Error("its DOCTYPE is malformed, or has a DTD inside");
    // What its external DTD may declare cannot be known to be wrong.
    if (match[1] !== undefined && !standalone) allowUnknownEntities(parser);
  });
  parser.on("opentagstart", () => {
    if (++depth > MAX_DEPTH) throw new Error("its elements are nested too deep");
  });
  parser.on("closetag", () => void depth--);
  try {
    parser.write(text).close();
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/\.$/, "");
  }
}

function allowUnknownEntities(parser: { ENTITIES: Record<string, string> }): void {
  const name = new RegExp(`^${NAME}$`, "u");
  parser.ENTITIES = new Proxy(parser.ENTITIES, { get: (known, entity: string) => known[entity] ?? (name.test(entity) ? `&${entity};` : undefined) });
}

/** The required paths that a text has not; `undefined` when it cannot be read at all. */
async function missingPaths(text: string, paths: readonly string[]): Promise<string[] | undefined> {
  const { XMLParser } = await import("fast-xml-parser");
  const parser = new XMLParser({ allowBooleanAttributes: true, ignoreAttributes: false, parseAttributeValue: true, parseTagValue: true });
  try {
    const parsed: unknown = parser.parse(text);
    return paths.filter((path) => !hasPath(parsed, path.split(".")));
  } catch {
    return undefined;
  }
}

function hasPath(value: unknown, path: readonly string[]): boolean {
  let current = value;
  for (const key of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, key)) return false;
    // A list of elements has indexes only, not a length.
    if (Array.isArray(current) && !/^(?:0|[1-9]\d*)$/.test(key)) return false;
    current = (current as Record<string, unknown>)[key];
    if (current === undefined) return false;
  }
  return true;
}
