import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";

/** Marks a line of a log that carries a piece of a result; the number is the format's version. */
const MARK = "LLMOPS1";
/** A log's reader may cut lines, or put others between them: short ones survive. */
const PIECE_CHARS = 4096;
/** Of one result, unpacked. */
const MAX_BYTES = 512 * 2 ** 20;
const LINE = /^LLMOPS1 (\S+) (\d+)\/(\d+) ([0-9a-f]{64}) ([A-Za-z0-9+/=]+)\s*$/;

/** A log does not have a result, or not all of it. */
export class ResultsLost extends Error {}

/** A result as lines of a log: `LLMOPS1 NAME i/n SHA256 PIECE`, the pieces being base64 of the gzipped text. */
export function* resultLines(name: string, text: string): Iterable<string> {
  const packed = gzipSync(text).toString("base64");
  const hash = createHash("sha256").update(text).digest("hex");
  const count = Math.max(1, Math.ceil(packed.length / PIECE_CHARS));
  for (let at = 0; at < count; at++) yield `${MARK} ${encodeURIComponent(name)} ${at + 1}/${count} ${hash} ${packed.slice(at * PIECE_CHARS, (at + 1) * PIECE_CHARS)}`;
}

export function isResultLine(line: string): boolean {
  return LINE.test(line);
}

/** The results in a log, by name; of the same name written twice, as after a restart, the last whole one. @throws {ResultsLost} */
export function resultsIn(log: string): Map<string, string> {
  const pieces = new Map<string, { readonly name: string; readonly hash: string; readonly parts: (string | undefined)[] }>();
  for (const line of log.split("\n")) {
    const [, name = "", index = "", count = "", hash = "", piece = ""] = LINE.exec(line) ?? [];
    if (name === "" || Number(index) < 1 || Number(index) > Number(count) || Number(count) > MAX_BYTES / PIECE_CHARS) continue;
    const id = `${name} ${count} ${hash}`;
    const found = pieces.get(id) ?? { name: decodeURIComponent(name), hash, parts: Array<string | undefined>(Number(count)).fill(undefined) };
    found.parts[Number(index) - 1] = piece;
    // Set anew, so that the one that was written last comes last.
    pieces.delete(id);
    pieces.set(id, found);
  }
  const results = new Map<string, string>();
  const lost = new Set<string>();
  for (const { name, hash, parts } of pieces.values()) {
    const text = parts.includes(undefined) ? undefined : unpack(parts.join(""), hash);
    if (text === undefined) lost.add(name);
    else results.set(name, text);
  }
  const missing = [...lost].filter((name) => !results.has(name));
  if (missing.length > 0) throw new ResultsLost(`The log has only a part of the result ${missing.join(", ")}.`);
  return results;
}

function unpack(base64: string, hash: string): string | undefined {
  try {
    const text = gunzipSync(Buffer.from(base64, "base64"), { maxOutputLength: MAX_BYTES });
    return createHash("sha256").update(text).digest("hex") === hash ? text.toString("utf8") : undefined;
  } catch {
    return undefined;
  }
}
