import { constants, createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createHash, randomUUID } from "node:crypto";
import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Store } from "../../store/store.ts";
import { CsvUnreadable, csvToJsonl } from "./csv.ts";
import type { DataChanges } from "../checks/report.ts";

/** Hashes of rows are kept of so many versions of all files. */
const KEPT = 50;

/** A private copy of a data file, by its content: what is checked is what is uploaded, whatever becomes of the file meanwhile. */
export interface DataCopy {
  readonly file: string;
  /** SHA-256. */
  readonly hash: string;
  readonly bytes: number;
  /** Of a CSV, which is copied as JSONL: the line of the file (from 0) that each line of the copy comes from. */
  readonly lines?: readonly number[];
}

/** The file cannot be copied; the message says why. */
export class DataUnreadable extends Error {}

/** Copies a file (by reference, where the file system can) into the store's folder. @throws {DataUnreadable} */
export async function copyData(store: Store, file: string): Promise<DataCopy> {
  const folder = dataFolder(store);
  const temporary = join(folder, `incoming-${randomUUID()}`);
  try {
    const lines = /\.csv$/i.test(file) ? await csvToJsonl(file, temporary) : undefined;
    if (!lines) await copyFile(file, temporary, constants.COPYFILE_FICLONE);
    const sha = createHash("sha256");
    await pipeline(createReadStream(temporary, { highWaterMark: 2 ** 20 }), sha);
    const hash = sha.digest("hex");
    const kept = join(folder, `${hash}.jsonl`);
    renameSync(temporary, kept);
    return { file: kept, hash, bytes: statSync(kept).size, ...(lines ? { lines } : {}) };
  } catch (error) {
    if (error instanceof CsvUnreadable) throw new DataUnreadable(error.message);
    const { code } = error as NodeJS.ErrnoException;
    throw new DataUnreadable(code === "ENOENT" ? `There is no file ${file}.` : code === "ENOSPC" ? `The disk is full: ${file} cannot be copied to ${folder}.` : `${file} cannot be copied (${code ?? (error as Error).message}).`, { cause: error });
  } finally {
    await rm(temporary, { force: true });
  }
}

/** The copy of a version that was made before. */
export function keptCopy(store: Store, hash: string): DataCopy | undefined {
  const file = join(dataFolder(store), `${hash}.jsonl`);
  return existsSync(file) ? { file, hash, bytes: statSync(file).size } : undefined;
}

function dataFolder({ directory }: Store): string {
  if (directory === undefined) throw new DataUnreadable("There is no folder to keep a copy of the data in: the store is in memory only.");
  const folder = join(directory, "data");
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Hashes of a version's rows, by which the next is compared with it: of each row its question and the whole of it. */
export interface RowHashes {
  readonly inputs: Float64Array;
  readonly wholes: Float64Array;
}

/** Keeps them beside the store; nothing where there is no folder. */
export function keepRowHashes(store: Store, hash: string, { inputs, wholes }: RowHashes): void {
  if (store.directory === undefined) return;
  const folder = dataFolder(store);
  const file = join(folder, `${hash}.rows`);
  writeFileSync(`${file}.tmp`, Buffer.concat([bytesOf(inputs), bytesOf(wholes)]));
  renameSync(`${file}.tmp`, file);
  const kept = readdirSync(folder).filter((name) => name.endsWith(".rows")).map((name) => join(folder, name));
  for (const old of kept.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs).slice(KEPT)) rmSync(old, { force: true });
}

export function rowHashes(store: Store, hash: string): RowHashes | undefined {
  if (store.directory === undefined) return undefined;
  const file = join(dataFolder(store), `${hash}.rows`);
  if (!existsSync(file)) return undefined;
  const { buffer, byteOffset, byteLength } = Uint8Array.from(readFileSync(file));
  const all = new Float64Array(buffer, byteOffset, byteLength / 8);
  return { inputs: all.subarray(0, all.length / 2), wholes: all.subarray(all.length / 2) };
}

/** What is new in a version against another. A question that is in both with another answer is edited, and neither added nor removed. */
export function changesBetween(since: string, before: RowHashes, after: RowHashes): DataChanges {
  const gone = without(before, after);
  const come = without(after, before);
  const lost = gone.map((at) => before.inputs[at]!).sort();
  const found = come.map((at) => after.inputs[at]!).sort();
  const edited = shared(lost, found);
  return { since, added: come.length - edited, removed: gone.length - edited, edited };
}

/** Indices of the rows of `a` that `b` has not, each as often as it is missing. */
function without(a: RowHashes, b: RowHashes): Float64Array {
  const order = Float64Array.from(a.wholes.keys()).sort((left, right) => a.wholes[left]! - a.wholes[right]!);
  const other = Float64Array.from(b.wholes).sort();
  const missing: number[] = [];
  let at = 0;
  for (const index of order) {
    const hash = a.wholes[index]!;
    while (at < other.length && other[at]! < hash) at++;
    if (at < other.length && other[at] === hash) at++;
    else missing.push(index);
  }
  return Float64Array.from(missing);
}

/** How many values two sorted lists have in common. */
function shared(a: Float64Array, b: Float64Array): number {
  let count = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      count++;
      i++;
      j++;
    } else if (a[i]! < b[j]!) i++;
    else j++;
  }
  return count;
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
