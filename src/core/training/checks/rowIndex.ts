import { type FileHandle, open } from "node:fs/promises";
import { readSync } from "node:fs";
import { NumberColumn } from "../data/columns.ts";
import { hash53, normalised } from "../data/hash.ts";
import { isRow, readRow, type Row } from "../data/row.ts";
import type { ReadRow } from "../data/rows.ts";

/** Where the rows of a file are and what they hash to, in 40 bytes a row; their texts are read again on need. */
export class RowIndex {
  readonly lines = new NumberColumn();
  /** Of the question with the system's text, and of the whole row, both normalised. */
  readonly inputs = new NumberColumn();
  readonly wholes = new NumberColumn();
  private readonly offsets = new NumberColumn();
  private readonly sizes = new NumberColumn();
  private readonly handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.handle = handle;
  }

  static async of(file: string): Promise<RowIndex> {
    return new RowIndex(await open(file, "r"));
  }

  get length(): number {
    return this.lines.length;
  }

  add({ line, offset, bytes }: Pick<ReadRow, "line" | "offset" | "bytes">, row: Row): void {
    const input = normalised(`${row.system}\n${row.input}`);
    this.lines.push(line);
    this.offsets.push(offset);
    this.sizes.push(bytes);
    this.inputs.push(hash53(input));
    this.wholes.push(hash53(`${input}\n${normalised(row.output)}`));
  }

  /** As people count: from 1. */
  lineNumber(index: number): number {
    return this.lines.at(index) + 1;
  }

  /** A row's text once more; `undefined` where the file is another by now. */
  read(index: number): Row | undefined {
    const buffer = Buffer.allocUnsafe(this.sizes.at(index));
    readSync(this.handle.fd, buffer, 0, buffer.length, this.offsets.at(index));
    try {
      const row = readRow(JSON.parse(buffer.toString("utf8").replace(/^\ufeff/, "")));
      return isRow(row) ? row : undefined;
    } catch {
      return undefined;
    }
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}
