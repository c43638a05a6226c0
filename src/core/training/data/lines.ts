import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";

/** Bytes that are read at a time. */
const BLOCK = 2 ** 20;
/** A longer line is told, and not read. */
export const MOST_LINE_BYTES = 8 * 2 ** 20;

/** A line of a file, without its end. */
export interface DataLine {
  /** From 0, as the editor counts where lines end with LF or CRLF. */
  readonly line: number;
  /** Of its first byte, from the file's beginning. */
  readonly offset: number;
  readonly bytes: number;
  readonly text: string;
  /** Why its text is not what the file has. */
  readonly flaw: "too-long" | "encoding" | undefined;
}

export interface LineBlock {
  readonly lines: readonly DataLine[];
  /** Bytes read so far, and the file's size when it was opened. */
  readonly done: number;
  readonly total: number;
}

export interface LineReader {
  /** SHA-256 of all that was read, in hexadecimal, once `blocks` has come to its end. */
  hash(): string;
  blocks(signal?: AbortSignal): AsyncGenerator<LineBlock>;
}

/**
 * Reads a file of lines of any size, a megabyte at a time. Empty lines are left out; a byte order mark is none of
 * the first line's text. A BOM of UTF-16 makes every line one that is not UTF-8.
 */
export function lineReader(file: string): LineReader {
  const sha = createHash("sha256");
  let digest: string | undefined;
  return {
    hash() {
      if (digest === undefined) throw new Error("The file has not been read to its end.");
      return digest;
    },
    async *blocks(signal) {
      const handle = await open(file, "r");
      try {
        const { size } = await handle.stat();
        const splitter = new Splitter();
        const buffer = Buffer.allocUnsafe(BLOCK);
        let done = 0;
        for (;;) {
          signal?.throwIfAborted();
          const { bytesRead } = await handle.read(buffer, 0, BLOCK);
          if (bytesRead === 0) break;
          const chunk = buffer.subarray(0, bytesRead);
          sha.update(chunk);
          done += bytesRead;
          yield { lines: splitter.push(chunk), done, total: Math.max(size, done) };
        }
        digest = sha.digest("hex");
        const last = splitter.end();
        if (last.length > 0) yield { lines: last, done, total: done };
      } finally {
        await handle.close();
      }
    },
  };
}

const LF = 10;
const CR = 13;

/** Cuts what comes in pieces into lines. */
class Splitter {
  private rest: Buffer[] = [];
  private restBytes = 0;
  private offset = 0;
  private line = 0;

  push(chunk: Buffer): DataLine[] {
    const lines: DataLine[] = [];
    const valid = isUtf8(chunk);
    let from = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, from)) {
      this.take(chunk.subarray(from, end), valid && this.restBytes === 0, lines);
      this.line++;
      this.offset++;
      from = end + 1;
    }
    if (from < chunk.length) this.keep(chunk.subarray(from));
    return lines;
  }

  end(): DataLine[] {
    const lines: DataLine[] = [];
    this.take(Buffer.alloc(0), false, lines);
    return lines;
  }

  /** The piece is the reader's, who fills it anew. Of a line that is too long only its length is kept. */
  private keep(piece: Buffer): void {
    this.restBytes += piece.length;
    if (this.restBytes > MOST_LINE_BYTES) this.rest = [];
    else this.rest.push(Buffer.from(piece));
  }

  private take(tail: Buffer, valid: boolean, lines: DataLine[]): void {
    const bytes = this.restBytes + tail.length;
    const offset = this.offset;
    const whole = bytes > MOST_LINE_BYTES ? Buffer.alloc(0) : this.rest.length === 0 ? tail : Buffer.concat([...this.rest, tail]);
    this.rest = [];
    this.restBytes = 0;
    this.offset += bytes;
    const content = whole.length > 0 && whole[whole.length - 1] === CR ? whole.subarray(0, -1) : whole;
    const text = this.line === 0 ? content.toString("utf8").replace(/^\ufeff/, "") : content.toString("utf8");
    const flaw = bytes > MOST_LINE_BYTES ? "too-long" : valid || isUtf8(content) ? undefined : "encoding";
    if (flaw !== undefined || text.trim() !== "") lines.push({ line: this.line, offset, bytes, text, flaw });
  }
}
