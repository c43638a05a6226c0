import type { Option, Parser } from "node-sql-parser";
import type { SqlRules } from "./protocol.ts";

type Dialect = SqlRules["dialect"];

/** Each grammar is some 300 KB: only those that a suite names are loaded. */
const GRAMMARS: Readonly<Record<Dialect, () => Promise<{ default: { Parser: typeof Parser } }>>> = {
  Athena: () => import("node-sql-parser/build/athena.js"),
  BigQuery: () => import("node-sql-parser/build/bigquery.js"),
  DB2: () => import("node-sql-parser/build/db2.js"),
  FlinkSQL: () => import("node-sql-parser/build/flinksql.js"),
  Hive: () => import("node-sql-parser/build/hive.js"),
  MariaDB: () => import("node-sql-parser/build/mariadb.js"),
  MySQL: () => import("node-sql-parser/build/mysql.js"),
  NoQL: () => import("node-sql-parser/build/noql.js"),
  PostgresQL: () => import("node-sql-parser/build/postgresql.js"),
  Redshift: () => import("node-sql-parser/build/redshift.js"),
  Snowflake: () => import("node-sql-parser/build/snowflake.js"),
  Sqlite: () => import("node-sql-parser/build/sqlite.js"),
  TransactSQL: () => import("node-sql-parser/build/transactsql.js"),
  Trino: () => import("node-sql-parser/build/trino.js"),
};

/** Why a text is no SQL of a dialect, or names what is not allowed; `undefined` when it is and does not. */
export async function sqlFlaw(text: string, { dialect, tables, columns }: SqlRules): Promise<string | undefined> {
  const flaw = suspicion(text.trim(), dialect);
  if (flaw !== undefined) return flaw;
  const parser = new (await GRAMMARS[dialect]()).default.Parser();
  const options: Option = { database: dialect };
  try {
    parser.astify(text, options);
  } catch (error) {
    return `it does not parse (${(error as Error).message.split("\n")[0]})`;
  }
  return notAllowed("table", tables) ?? notAllowed("column", columns && anyTable(columns));

  function notAllowed(type: "table" | "column", allowed: readonly string[] | undefined): string | undefined {
    if (!allowed) return undefined;
    try {
      parser.whiteListCheck(text, [...allowed], { ...options, type });
      return undefined;
    } catch {
      const used = type === "table" ? parser.tableList(text, options) : parser.columnList(text, options);
      return `it uses the ${type}s ${used.join(", ")}, of which only ${allowed.join(", ")} are allowed`;
    }
  }
}

/** A column whose table the statement does not name is reported as of the table "null". */
function anyTable(columns: readonly string[]): string[] {
  return columns.flatMap((column) => {
    const parts = column.split("::");
    return parts.length === 3 ? [column, `${parts[0]}::null::${parts[2]}`] : [column];
  });
}

const MODIFIERS = "all|distinct";
const MYSQL_MODIFIERS = `${MODIFIERS}|distinctrow|high_priority|straight_join|sql_(?:big_result|buffer_result|cache|calc_found_rows|no_cache|small_result)`;

/** What promptfoo refuses although a grammar takes it: mostly an alias that is a comma forgotten. */
function suspicion(text: string, dialect: Dialect): string | undefined {
  if (text === "") return "it is empty";
  if (text.split("`").length % 2 === 0) return "a backtick is not closed";
  const modifiers = dialect === "MySQL" || dialect === "MariaDB" ? MYSQL_MODIFIERS : MODIFIERS;
  const name = "[a-z_][a-z0-9_]*";
  if (new RegExp(`\\bselect\\s+(?:(?:${modifiers})\\s+)*(?!(?:${modifiers})\\b)${name}\\s+${name}\\s+from\\b`, "i").test(withoutQuotes(text, dialect))) return "a comma seems to be missing after SELECT";
  if (dialect === "MySQL" && /\bgenerate_series\s*\(/i.test(text)) return "MySQL has no generate_series";
  return undefined;
}

/** Comments become a space, quoted texts a question mark. */
function withoutQuotes(text: string, dialect: Dialect): string {
  const quoted = [`'(?:\\\\[^]?|''|[^'\\\\])*(?:'|$)`, `"(?:\\\\[^]?|""|[^"\\\\])*(?:"|$)`, "`(?:\\\\[^]?|``|[^`\\\\])*(?:`|$)"];
  if (dialect === "TransactSQL" || dialect === "Sqlite") quoted.push("\\[(?:\\]\\]|[^\\]])*(?:\\]|$)");
  const comment = "--[^\\r\\n]*|#[^\\r\\n]*|/\\*[^]*?(?:\\*/|$)";
  const dollar = "(?<tag>\\$(?:[A-Za-z_]\\w*)?\\$)[^]*?(?:\\k<tag>|$)";
  return text.replace(new RegExp(`${comment}|${quoted.join("|")}|${dollar}`, "g"), (match: string) => (/^(?:--|#|\/\*)/.test(match) ? " " : " ? "));
}
