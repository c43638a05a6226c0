import { didYouMean } from "../../config/suggest.ts";
import { type Assertion, JudgeError } from "../model.ts";
import { SQL_DIALECTS, type SqlRules } from "../suiteCode/protocol.ts";
import { type AssertionDefinition, type GradeContext, quote } from "./definition.ts";

/** `is-sql`: statements of a dialect, with only the tables and columns that are allowed. */
export const isSql: AssertionDefinition = {
  check: checkRules,
  async grade(context) {
    const flaw = await flawOf(context.text, context);
    return { holds: flaw === undefined, claim: claim("be", context), found: flaw };
  },
};

/** `contains-sql`: a fenced block of SQL or of no language; without one the whole output. */
export const containsSql: AssertionDefinition = {
  check: checkRules,
  async grade(context) {
    const blocks = sqlBlocks(context.text);
    let found: string | undefined;
    for (const candidate of blocks.length > 0 ? blocks : [context.text]) {
      if (candidate.trim() === "") continue;
      found = await flawOf(candidate, context);
      if (found === undefined) return { holds: true, claim: claim("contain", context) };
    }
    return { holds: false, claim: claim("contain", context), found };
  },
};

function claim(verb: string, { type, value }: GradeContext): string {
  return `${verb} valid SQL for ${rulesOf(type, value).dialect}`;
}

function checkRules({ type, value }: Assertion): string | undefined {
  try {
    rulesOf(type, value);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function rulesOf(type: string, value: unknown): SqlRules {
  if (value === undefined || value === null || value === "") return { dialect: "MySQL", tables: undefined, columns: undefined };
  if (typeof value !== "object" || Array.isArray(value)) throw new JudgeError(`${type} takes {databaseType, allowedTables, allowedColumns} as its value, not ${quote(value)}.`);
  const { databaseType, allowedTables, allowedColumns } = value as Record<string, unknown>;
  return { dialect: dialectOf(type, databaseType), tables: list(type, "allowedTables", allowedTables), columns: list(type, "allowedColumns", allowedColumns) };
}

function dialectOf(type: string, name: unknown): SqlRules["dialect"] {
  if (name === undefined || name === null || name === "") return "MySQL";
  const found = SQL_DIALECTS.find((dialect) => dialect.toLowerCase() === String(name).toLowerCase());
  if (found) return found;
  throw new JudgeError(`${type} knows no databaseType ${quote(name)}.${didYouMean(String(name), SQL_DIALECTS)} There are ${SQL_DIALECTS.join(", ")}.`);
}

function list(type: string, key: string, value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw new JudgeError(`${type}: "${key}" is a list of texts such as "select::(table)::(column)".`);
}

/** In the suite-code child: a long statement takes seconds, the allowed names are patterns that may not return, and only a process can be killed. */
async function flawOf(text: string, { type, value, row }: GradeContext): Promise<string | undefined> {
  const outcome = await row.suiteCode.call({ kind: "sql", text, rules: rulesOf(type, value) });
  if ("failed" in outcome) throw new JudgeError(outcome.message);
  return typeof outcome.value === "string" ? outcome.value : undefined;
}

/** The fenced blocks of Markdown that say they are SQL, or nothing. One that is not closed is not taken. */
function sqlBlocks(text: string): string[] {
  const blocks: string[] = [];
  let open: { marker: string; isSql: boolean; lines: string[] } | undefined;
  for (const line of text.split(/\r\n?|\n/)) {
    const [, marker = "", info = ""] = /^[ \t]{0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (!open) {
      if (marker !== "") open = { marker, isSql: /^(?:sql)?$/i.test(info.trim()), lines: [] };
    } else if (marker.startsWith(open.marker) && /^[ \t]*$/.test(info)) {
      if (open.isSql) blocks.push(open.lines.join("\n").trim());
      open = undefined;
    } else {
      open.lines.push(line);
    }
  }
  return blocks;
}
