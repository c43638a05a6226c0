import { accessSync, constants, existsSync, mkdirSync, renameSync, statfsSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { migrate, SCHEMA_VERSION, userVersion } from "./schema.ts";
import { Store } from "./store.ts";

const FILE = "store.db";
/** Of a busy machine's other processes each has its turn within that. As a pragma: Node 22.13 ignores the constructor's option. */
const WAIT_WHEN_BUSY = "PRAGMA busy_timeout = 5000";
/** Touched after each commit: other processes watch it instead of polling the database. */
export const CHANGED_FILE = "changed";

/** Linux's magic numbers of file systems where WAL's shared memory does not work: NFS, SMB, CIFS, 9p, virtio-fs and FUSE. */
const SHARED_FILE_SYSTEMS = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x6a656a63, 0x65735546]);

/**
 * Opens (or creates) the store in a `.llmops` folder. Never throws for the state of the disk: what
 * cannot be used is left or set aside untouched, the store is then in memory or new, and `notice`
 * says so.
 */
export async function openStore(directory: string, now: () => number): Promise<Store> {
  const { DatabaseSync } = await import("node:sqlite");
  const inMemory = (notice: string) => {
    const db = new DatabaseSync(":memory:");
    configure(db, false);
    migrate(db);
    return new Store(db, undefined, notice, () => {});
  };

  const file = join(directory, FILE);
  try {
    mkdirSync(directory, { recursive: true });
    const ignore = join(directory, ".gitignore");
    if (!existsSync(ignore)) writeFileSync(ignore, "*\n");
    // SQLite opens what it may not write, and fails only at the first write.
    if (existsSync(file)) accessSync(file, constants.W_OK);
  } catch (error) {
    return inMemory(`${(error as NodeJS.ErrnoException).path ?? directory} cannot be written (${code(error)}): results are kept in memory only, until this process ends.`);
  }

  let notice: string | undefined;
  for (let attempt = 0; ; attempt++) {
    let db: DatabaseSync | undefined;
    try {
      db = new DatabaseSync(file);
      db.exec(WAIT_WHEN_BUSY);
      // Before anything is set: even the journal's mode is written into the file.
      if (userVersion(db) > SCHEMA_VERSION) {
        const version = userVersion(db);
        db.close();
        return inMemory(
          `${file} was written by a newer version of LLMOps (schema ${version}, this one knows ${SCHEMA_VERSION}): it is left as it is, and results are kept in memory only. Update LLMOps to use it.`,
        );
      }
      configure(db, walIsSafe(directory));
      migrate(db);
      return new Store(db, directory, notice, toucher(join(directory, CHANGED_FILE), now));
    } catch (error) {
      try {
        db?.close();
      } catch {
        // It never opened.
      }
      if (!isDamaged(error) || attempt > 0) {
        return inMemory(`${file} cannot be opened (${message(error)}): results are kept in memory only, until this process ends.`);
      }
      const aside = join(directory, `store.damaged-${now()}.db`);
      try {
        for (const suffix of ["", "-wal", "-shm"]) renameIfThere(file + suffix, aside + suffix);
      } catch (failure) {
        return inMemory(`${file} is damaged and cannot be set aside (${message(failure)}): results are kept in memory only, until this process ends.`);
      }
      notice = `${file} was damaged (${message(error)}). It was set aside as ${aside} and a new store begun.`;
    }
  }
}

function configure(db: DatabaseSync, wal: boolean): void {
  db.exec(WAIT_WHEN_BUSY);
  db.exec(`PRAGMA journal_mode = ${wal ? "WAL" : "DELETE"}`);
  db.exec("PRAGMA synchronous = NORMAL");
  // Hashes are written all over the file: checkpoints that come less often write each page fewer times.
  db.exec("PRAGMA wal_autocheckpoint = 4000");
  db.exec("PRAGMA foreign_keys = ON");
}

function walIsSafe(directory: string): boolean {
  try {
    return !SHARED_FILE_SYSTEMS.has(statfsSync(directory).type >>> 0);
  } catch {
    return true;
  }
}

function toucher(file: string, now: () => number): () => void {
  return () => {
    const seconds = now() / 1000;
    try {
      utimesSync(file, seconds, seconds);
    } catch {
      try {
        writeFileSync(file, "");
      } catch {
        // Other windows then notice at their next focus.
      }
    }
  };
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (code(error) !== "ENOENT") throw error;
  }
}

/** SQLITE_CORRUPT (11) and SQLITE_NOTADB (26). */
function isDamaged(error: unknown): boolean {
  const errcode = Number((error as { errcode?: number }).errcode ?? 0) & 0xff;
  return errcode === 11 || errcode === 26;
}

function code(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? message(error);
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
