import { parse } from "csv-parse/sync";
import type { NewCase } from "./caseOf.ts";

const ID = "__metadata:id";

/**
 * A table of tests with a row more; `undefined` where it has no column for one of the case's variables, for its id
 * or for what it expects: such a case does not fit into it.
 */
export function withRow(text: string, { vars, expected, metadata }: NewCase): string | undefined {
  const delimiter = ",";
  const [header = []] = parse(text, { bom: true, to: 1, delimiter, relax_column_count: true }) as string[][];
  const columns = header.map((name) => name.trim());
  const cells = new Map<string, string>([[ID, metadata["id"] ?? ""]]);
  for (const [name, value] of Object.entries(vars)) cells.set(name, typeof value === "string" ? value : JSON.stringify(value));
  if (expected !== undefined) cells.set("__expected", `equals:${expected}`);
  for (const [name, value] of Object.entries(metadata)) if (columns.includes(`__metadata:${name}`)) cells.set(`__metadata:${name}`, value);
  if (![...cells.keys()].every((name) => columns.includes(name))) return undefined;
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  const row = columns.map((name) => quoted(cells.get(name) ?? "")).join(delimiter);
  return `${text}${text.endsWith("\n") ? "" : end}${row}${end}`;
}

function quoted(cell: string): string {
  return /[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
