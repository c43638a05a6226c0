import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CHANGED_FILE, openStore } from "../../../src/core/store/open.ts";
import { migrate, SCHEMA_VERSION, userVersion } from "../../../src/core/store/schema.ts";
import { start, temporaryFolder } from "./support.ts";

const NOBODY = 65534;
const pragma = (db: DatabaseSync, name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get() as object)[0] as unknown;

describe("opening a store", () => {
  it("makes the folder, ignores itself in git and touches nothing else", async () => {
    const parent = temporaryFolder();
    const folder = join(parent, "deep", ".llmops");
    const store = await openStore(folder, Date.now);
    assert.equal(store.notice, undefined);
    assert.equal(store.directory, folder);
    assert.equal(readFileSync(join(folder, ".gitignore"), "utf8"), "*\n");
    store.close();
    assert.deepEqual(readdirSync(parent), ["deep"]);
    assert.deepEqual(readdirSync(folder).sort(), [".gitignore", "store.db"]);
  });

  it("writes ahead, waits for others, checks references", async () => {
    const store = await openStore(join(temporaryFolder(), ".llmops"), Date.now);
    assert.equal(pragma(store.db, "journal_mode"), "wal");
    assert.equal(pragma(store.db, "busy_timeout"), 5000);
    assert.equal(pragma(store.db, "synchronous"), 1);
    assert.equal(pragma(store.db, "foreign_keys"), 1);
    assert.equal(userVersion(store.db), SCHEMA_VERSION);
    store.close();
  });

  it("brings an older store up to date and keeps what is in it", () => {
    const db = new DatabaseSync(":memory:");
    migrate(db);
    db.exec("INSERT INTO event (at, kind, subject) VALUES (1, 'run-started', 'kept')");
    migrate(db);
    assert.equal((db.prepare("SELECT count(*) AS n FROM event").get() as { n: number }).n, 1);

    const empty = new DatabaseSync(":memory:");
    assert.equal(userVersion(empty), 0);
    migrate(empty);
    assert.equal(userVersion(empty), SCHEMA_VERSION);
    const tables = (of: DatabaseSync) => of.prepare("SELECT sql FROM sqlite_master ORDER BY name").all();
    assert.deepEqual(tables(empty), tables(db));
  });

  it("leaves a migration that fails undone", () => {
    const db = new DatabaseSync(":memory:");
    db.exec("CREATE TABLE result (mine TEXT)");
    assert.throws(() => migrate(db), /already exists/);
    assert.equal(userVersion(db), 0);
    assert.deepEqual(db.prepare("SELECT name FROM sqlite_master").all().map((row) => row["name"]), ["result"]);
  });

  for (const mode of ["WAL", "DELETE"]) it(`leaves the store of a newer version as it is, journal mode ${mode}`, async () => {
    const folder = join(temporaryFolder(), ".llmops");
    (await openStore(folder, Date.now)).close();
    const db = new DatabaseSync(join(folder, "store.db"));
    db.exec(`PRAGMA journal_mode = ${mode}`);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    db.close();
    const before = readFileSync(join(folder, "store.db"));
    const store = await openStore(folder, Date.now);
    assert.match(store.notice ?? "", /newer version of LLMOps.*kept in memory only.*Update LLMOps/);
    assert.equal(store.directory, undefined);
    store.write(() => store.emit("run-started", "x", 1));
    assert.equal(store.lastEvent(), 1);
    store.close();
    assert.deepEqual(readFileSync(join(folder, "store.db")), before);
  });

  for (const [what, damage] of [
    ["no database at all", (file: string) => writeFileSync(file, "this is no database, but a text of some length".repeat(100))],
    ["cut short", (file: string) => truncateSync(file, 8192)],
  ] as const) {
    it(`sets a damaged store aside: ${what}`, async () => {
      const folder = join(temporaryFolder(), ".llmops");
      (await openStore(folder, Date.now)).close();
      damage(join(folder, "store.db"));
      const before = readFileSync(join(folder, "store.db"));
      const store = await openStore(folder, () => 77);
      assert.match(store.notice ?? "", /was damaged .*set aside as .*store\.damaged-77\.db and a new store begun/);
      assert.equal(store.directory, folder);
      store.write(() => store.emit("run-started", "new", 1));
      store.close();
      assert.deepEqual(readFileSync(join(folder, "store.damaged-77.db")), before);
      const again = await openStore(folder, Date.now);
      assert.equal(again.notice, undefined);
      assert.equal(again.lastEvent(), 1);
      again.close();
    });
  }

  it("works in memory where the folder cannot be made, and says so", async () => {
    const file = join(temporaryFolder(), "a-file");
    writeFileSync(file, "");
    const store = await openStore(join(file, ".llmops"), Date.now);
    assert.match(store.notice ?? "", /cannot be written \((ENOTDIR|ENOENT|EEXIST)\): results are kept in memory only/);
    store.write(() => store.emit("run-started", "x", 1));
    assert.equal(store.lastEvent(), 1);
    store.close();
  });

  // Root may write everywhere, so that the folder is opened as somebody else.
  const other = process.getuid?.() === 0 ? { uid: NOBODY } : {};
  const opened = async (folder: string) => {
    const child = start("opener.ts", [folder], other);
    assert.equal((await child.ended).code, 0);
    return JSON.parse(child.output()) as { notice?: string; error?: string; directory?: string; events: number };
  };

  it("works in memory in a read-only folder", async function () {
    if (process.platform === "win32") return;
    const folder = join(temporaryFolder(), ".llmops");
    (await openStore(folder, Date.now)).close();
    chmodSync(join(folder, "store.db"), 0o444);
    chmodSync(join(folder, ".gitignore"), 0o444);
    chmodSync(folder, 0o555);
    const result = await opened(folder);
    chmodSync(folder, 0o755);
    assert.match(result.notice ?? "", /cannot be written \(EACCES\): results are kept in memory only/);
    assert.deepEqual([result.directory, result.error, result.events], [undefined, undefined, 1]);
  });

  it("works in memory where only the store's file is read-only", async () => {
    const folder = join(temporaryFolder(), ".llmops");
    (await openStore(folder, Date.now)).close();
    chmodSync(join(folder, "store.db"), 0o444);
    if (process.platform !== "win32") {
      chmodSync(join(folder, ".gitignore"), 0o666);
      chmodSync(folder, 0o777);
    }
    const result = await opened(folder);
    assert.match(result.notice ?? "", /cannot be written.*results are kept in memory only/);
    assert.deepEqual([result.directory, result.error, result.events], [undefined, undefined, 1]);
    chmodSync(join(folder, "store.db"), 0o644);
  });

  it("touches a file after each commit that wrote, so that others need not poll", async () => {
    const folder = join(temporaryFolder(), ".llmops");
    let now = Date.UTC(2026, 0, 1);
    const store = await openStore(folder, () => now);
    const file = join(folder, CHANGED_FILE);
    assert.ok(!existsSync(file));
    store.write(() => store.emit("run-started", "a", now));
    assert.ok(existsSync(file));
    const seen = new Promise<string | null>((resolve) => {
      const watcher = watch(folder, (_event, name) => {
        if (name !== CHANGED_FILE) return;
        watcher.close();
        resolve(name);
      });
    });
    now += 5000;
    store.write(() => store.emit("run-started", "b", now));
    assert.equal(statSync(file).mtimeMs, now);
    assert.equal(await seen, CHANGED_FILE);

    assert.throws(() => store.write(() => { throw new Error("no"); }), /no/);
    assert.equal(statSync(file).mtimeMs, now);
    store.close();
  });

  it("goes on without the file that tells others", async () => {
    const folder = join(temporaryFolder(), ".llmops");
    const store = await openStore(folder, () => NaN);
    mkdirSync(join(folder, CHANGED_FILE));
    store.write(() => store.emit("run-started", "a", 1));
    assert.equal(store.lastEvent(), 1);
    store.close();
  });
});
