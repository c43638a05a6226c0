import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { openStore } from "../../../src/core/store/open.ts";
import { start, temporaryFolder } from "./support.ts";

const until = async (condition: () => boolean) => {
  while (!condition()) await sleep(5);
};

describe("a store that several processes use", () => {
  it("takes every write of all, without a busy error, from the first moment on", async () => {
    const folder = join(temporaryFolder(), ".llmops");
    const names = ["a", "b", "c", "d"];
    // None has opened it before: they create it, migrate it and write at once.
    const children = names.map((name) => start("writer.ts", [folder, name, "200"]));
    for (const child of children) assert.deepEqual(await child.ended, { code: 0, signal: null });
    const store = await openStore(folder, Date.now);
    const events = store.eventsAfter(0);
    assert.equal(events.length, 800);
    assert.deepEqual(events.map((event) => event.seq), events.map((_, i) => i + 1));
    for (const name of names) assert.deepEqual(events.filter(({ subject }) => subject.startsWith(name)).map(({ subject }) => subject), Array.from({ length: 200 }, (_, i) => `${name} ${i}`));
    store.close();
  });

  it("lets a reader follow while another writes", async () => {
    const folder = join(temporaryFolder(), ".llmops");
    const store = await openStore(folder, Date.now);
    const child = start("writer.ts", [folder, "w", "300"]);
    const seen: number[] = [];
    let ended = false;
    void child.ended.then(() => (ended = true));
    while (!ended || store.lastEvent() > (seen.at(-1) ?? 0)) {
      seen.push(...store.eventsAfter(seen.at(-1) ?? 0).map(({ seq }) => seq));
      await sleep(1);
    }
    assert.deepEqual(seen, Array.from({ length: 300 }, (_, i) => i + 1));
    store.close();
  });

  it("has lost nothing that was acknowledged when its writer is killed", async () => {
    const folder = join(temporaryFolder(), ".llmops");
    const children = ["a", "b"].map((name) => ({ name, child: start("writer.ts", [folder, name, "1000000"]) }));
    const early: string[] = [];
    for (const { name, child } of children) void child.ended.then(() => early.push(name));
    await until(() => early.length > 0 || children.every(({ child }) => child.output().length > 400));
    assert.deepEqual(early, []);
    for (const { child } of children) child.process.kill("SIGKILL");
    await Promise.all(children.map(({ child }) => child.ended));
    const store = await openStore(folder, Date.now);
    assert.equal(store.notice, undefined);
    for (const { name, child } of children) {
      const acknowledged = child.output().split("\n").slice(0, -1).map(Number);
      const kept = store.all<{ body: string }>("SELECT body FROM output WHERE body LIKE ? ORDER BY id", `${name} %`).map(({ body }) => Number(body.slice(2)));
      assert.ok(acknowledged.length > 100);
      assert.deepEqual(kept.slice(0, acknowledged.length), acknowledged);
      // Of what was not acknowledged at most the one under way is there, and whole: its body with its event.
      assert.ok(kept.length <= acknowledged.length + 1);
      assert.equal(store.all("SELECT 1 FROM event WHERE subject LIKE ?", `${name} %`).length, kept.length);
    }
    store.write(() => store.emit("run-started", "after", 1));
    store.close();
  });
});
