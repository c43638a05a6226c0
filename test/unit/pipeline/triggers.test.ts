import assert from "node:assert/strict";
import { join } from "node:path";
import { rmSync, truncateSync, writeFileSync } from "node:fs";
import type { LaunchRequest } from "../../../src/core/pipeline/launch.ts";
import { dataHash } from "../../../src/core/pipeline/triggers/data.ts";
import { dueSince, instantsAround } from "../../../src/core/pipeline/triggers/schedule.ts";
import { TriggerWatch } from "../../../src/core/pipeline/triggers/watch.ts";
import { write } from "../cli/support.ts";
import { Bench, pipelineYaml } from "./support.ts";

const at = (text: string) => new Date(text).getTime();

describe("schedules", () => {
  it("know the last instant and the next, with both ends of a minute", () => {
    assert.deepEqual(instantsAround("0 3 * * *", at("2026-11-25T10:00:00")), { last: at("2026-11-25T03:00:00"), next: at("2026-11-26T03:00:00") });
    assert.deepEqual(instantsAround("0 3 * * *", at("2026-11-25T03:00:00")), { last: at("2026-11-25T03:00:00"), next: at("2026-11-26T03:00:00") });
    assert.equal(instantsAround("0 3 * * *", at("2026-11-25T02:59:59.999")).last, at("2026-11-24T03:00:00"));
    assert.equal(instantsAround("0 3 * * *", at("2026-11-25T03:00:00.001")).last, at("2026-11-25T03:00:00"));
  });

  it("make up for one missed run of several, and for none twice, whatever the clock does", () => {
    const daily = "0 3 * * *";
    assert.equal(dueSince(daily, at("2026-11-20T03:00:00"), at("2026-11-25T10:00:00")), at("2026-11-25T03:00:00"));
    assert.equal(dueSince(daily, at("2026-11-25T03:00:00"), at("2026-11-25T10:00:00")), undefined);
    assert.equal(dueSince(daily, at("2026-11-25T03:00:00"), at("2026-11-20T10:00:00")), undefined, "the clock was set back");
    assert.equal(dueSince(daily, at("2026-11-25T03:00:00"), at("2027-11-25T03:00:00")), at("2027-11-25T03:00:00"), "the clock was set forward");
  });
});

describe("data", () => {
  it("has a hash of names and contents, not of dates; files are hashed in pieces", async () => {
    const bench = await Bench.of(["{ name: a, trigger: on-data-change, data: 'data/**', steps: [{ name: s, command: c }] }"], { files: { "data/a.jsonl": "1", "data/sub/b ü.jsonl": "2" } });
    const hash = () => dataHash(bench.workspace, "data/**");
    const first = await hash();
    write(bench.folder, { "data/a.jsonl": "1" });
    assert.equal(await hash(), first);
    write(bench.folder, { "data/a.jsonl": "3" });
    const changed = await hash();
    assert.notEqual(changed, first);
    rmSync(join(bench.folder, "data/a.jsonl"));
    assert.equal(new Set([first, changed, await hash()]).size, 3);
    writeFileSync(join(bench.folder, "data/large.bin"), "");
    truncateSync(join(bench.folder, "data/large.bin"), 200 * 2 ** 20);
    const before = process.memoryUsage().rss;
    await hash();
    assert.ok(process.memoryUsage().rss - before < 100 * 2 ** 20, "a file of 200 MB was not read at once");
    bench.close();
  });
});

/** A workspace whose clock stands still until it is told to go on; `due` collects what is to be started. */
class Watched {
  now = at("2026-11-25T10:00:00");
  readonly due: LaunchRequest[] = [];
  private wakers: (() => void)[] = [];
  private asleep = () => {};
  private watch: TriggerWatch | undefined;
  readonly bench: Bench;

  constructor(bench: Bench) {
    this.bench = bench;
  }

  open(): TriggerWatch {
    const { workspace } = this.bench;
    const clock = { ...workspace.host.clock, now: () => this.now, sleep: (_ms: number, signal?: AbortSignal) => new Promise<void>((resolve) => (this.wakers.push(resolve), signal?.addEventListener("abort", () => resolve()), this.asleep())) };
    this.watch = new TriggerWatch(
      { ...workspace, host: { ...workspace.host, clock } },
      { due: async (request) => void this.due.push(request), headMoved() {}, failed: (error) => assert.fail(String(error)) },
    );
    return this.watch;
  }

  close(): void {
    this.watch?.stop();
  }

  /** Lets the clock go on to a time, and waits until it was looked at. */
  async goOn(to: number): Promise<void> {
    await this.slept();
    this.now = to;
    for (const wake of this.wakers.splice(0)) wake();
    await this.slept();
  }

  async slept(): Promise<void> {
    if (this.wakers.length === 0) await new Promise<void>((resolve) => (this.asleep = resolve));
  }
}

describe("what starts stages", () => {
  it("a schedule: at its instants while a window is open, and once for all that were missed while none was", async () => {
    const watched = new Watched(await Bench.of(["{ name: hourly, trigger: on-schedule, schedule: '0 * * * *', steps: [{ name: s, command: c }] }"]));
    watched.open().definitionMayHaveChanged();
    await watched.goOn(at("2026-11-25T10:59:00"));
    assert.deepEqual(watched.due, [], "nothing is made up for that was never seen");
    await watched.goOn(at("2026-11-25T11:00:00"));
    assert.deepEqual(watched.due.map(({ stages, due, by }) => [stages, due, by]), [[["hourly"], at("2026-11-25T11:00:00"), "the schedule"]]);
    await watched.goOn(at("2026-11-25T11:00:30"));
    assert.equal(watched.due.length, 1);
    watched.close();

    watched.now = at("2026-11-25T15:30:00");
    watched.open().definitionMayHaveChanged();
    await watched.goOn(at("2026-11-25T15:31:00"));
    assert.deepEqual(watched.due.slice(1).map(({ due, by }) => [due, by]), [[at("2026-11-25T15:00:00"), `the schedule, late: it was due ${new Date(at("2026-11-25T15:00:00")).toISOString()}`]]);
    watched.close();
    watched.bench.close();
  });

  it("data: when its contents are other than those last seen, also while no window was open", async () => {
    const bench = await Bench.of([], { files: { "llmops.yaml": pipelineYaml(["{ name: train, trigger: on-data-change, data: data/train.jsonl, steps: [{ name: s, command: c }] }"]), "data/train.jsonl": "1" } });
    const watched = new Watched(bench);
    const first = watched.open();
    await first.dataMayHaveChanged();
    await first.dataMayHaveChanged();
    write(bench.folder, { "data/train.jsonl": "1" });
    await first.dataMayHaveChanged();
    assert.deepEqual(watched.due, []);
    write(bench.folder, { "data/train.jsonl": "2" });
    await first.dataMayHaveChanged();
    assert.deepEqual(watched.due.map(({ trigger, stages }) => [trigger, stages]), [["on-data-change", ["train"]]]);
    watched.close();
    write(bench.folder, { "data/train.jsonl": "3" });
    await watched.open().dataMayHaveChanged();
    assert.equal(watched.due.length, 2);
    watched.close();
    bench.close();
  });
});
