import http, { type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { RolloutContext } from "../../../src/core/rollouts/context.ts";
import { runController } from "../../../src/core/rollouts/controller/run.ts";
import type { RolloutPlan } from "../../../src/core/rollouts/plan/plan.ts";
import { startRollout } from "../../../src/core/rollouts/start.ts";
import { actionsOf, findRollout, type PollRecord, pollsOf, type RequestKind, type RolloutRecord } from "../../../src/core/store/rollouts/records.ts";
import { requestAction } from "../../../src/core/store/rollouts/transitions.ts";
import type { Workspace } from "../../../src/core/regression/workspace.ts";
import { nodeHost } from "../../../src/engine/nodeHost.ts";
import { environmentSecrets } from "../../../src/engine/secrets.ts";
import { openWorkspace } from "../../../src/engine/workspace.ts";
import { folderWith } from "../cli/support.ts";
import { ENV } from "../engine.ts";
import { ENTRY } from "../pipeline/support.ts";

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

type Arm = "stable" | "canary";
interface Counted {
  units: number;
  bad: number;
}

/**
 * A target that speaks the contract, with traffic that is the same in every run: each reading of the metrics finds 1,000
 * requests more, split by the weights, with exactly the errors that the rates give.
 */
export class TestTarget {
  readonly rates = { stable: 0.01, canary: 0.01 };
  weights = { stable: 100, canary: 0 };
  /** Every weight of the canary that was set, in order. */
  readonly history: number[] = [];
  epoch = "1";
  down = false;
  /** A version that the metrics do not know. */
  missing: Arm | undefined;
  token: string | undefined;
  reason = "set";
  polls = 0;
  private readonly counts: Record<Arm, Counted> = { stable: { units: 0, bad: 0 }, canary: { units: 0, bad: 0 } };
  private readonly server = http.createServer((incoming, outgoing) => {
    void this.answer(incoming).then(({ status, body }) => {
      if (this.down) return incoming.socket.destroy();
      return outgoing.writeHead(status, { "content-type": "application/json", etag: `"${this.revision}"` }).end(JSON.stringify(body));
    });
  });
  private revision = 1;

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  set(canary: number, reason = "set"): void {
    this.weights = { stable: 100 - canary, canary };
    this.reason = reason;
    this.revision++;
  }

  restart(): void {
    this.epoch += "'";
    for (const counted of Object.values(this.counts)) counted.units = counted.bad = 0;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(incoming: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    if (this.token !== undefined && incoming.headers.authorization !== this.token) return { status: 401, body: {} };
    const split = () => ({ status: 200, body: { weights: this.weights, reason: this.reason } });
    switch (`${incoming.method} ${incoming.url}`) {
      case "GET /targets/llm/split":
        return split();
      case "PUT /targets/llm/split": {
        if (incoming.headers["if-match"] !== `"${this.revision}"`) return { status: 412, body: {} };
        const { weights } = JSON.parse(Buffer.concat(chunks).toString()) as { weights: { stable: number; canary: number } };
        this.set(weights.canary);
        this.history.push(weights.canary);
        return split();
      }
      case "POST /targets/llm/rollback":
        this.set(0);
        this.history.push(0);
        return split();
      case "GET /targets/llm/metrics":
        return { status: 200, body: this.metrics() };
      default:
        return { status: 404, body: {} };
    }
  }

  private metrics(): unknown {
    this.polls++;
    for (const arm of ["stable", "canary"] as const) {
      const units = 10 * this.weights[arm];
      this.counts[arm].units += units;
      this.counts[arm].bad += units * this.rates[arm];
    }
    const variant = (arm: Arm) => (this.missing === arm ? undefined : { epoch: this.epoch, units: this.counts[arm].units, unitErrors: Math.floor(this.counts[arm].bad) });
    return { at: this.polls, unit: "session", variants: { stable: variant("stable"), canary: variant("canary") } };
  }
}

/** What takes minutes in earnest takes milliseconds here. */
const FAST: Partial<RolloutPlan> = { pollMs: 20 };
const LONGEST_SLEEP_MS = 20;

export class Bench {
  readonly folder: string;
  readonly workspace: Workspace;

  private constructor(folder: string, workspace: Workspace) {
    this.folder = folder;
    this.workspace = workspace;
  }

  /** `rollout`: keys of the rollout `r` as YAML, in addition to its target and steps. */
  static async of(target: TestTarget, { rollout = "thresholds: { error-rate: { ratio: 1.1, floor: 0.5% } }", headers = "", env = {} }: { rollout?: string; headers?: string; env?: NodeJS.ProcessEnv } = {}): Promise<Bench> {
    const yaml = `version: 1\nrollouts:\n  r:\n    target: { kind: http, url: "${target.url}", target: llm${headers} }\n    step: 60ms\n    ${rollout}\n`;
    return Bench.in(folderWith({ "llmops.yaml": yaml }), env);
  }

  /** @param longestSleepMs what would be waited for longer is not */
  static async in(folder: string, env: NodeJS.ProcessEnv = {}, longestSleepMs = LONGEST_SLEEP_MS): Promise<Bench> {
    const all = { ...ENV, ...env };
    const host = nodeHost({ entry: ENTRY, env: all, secrets: environmentSecrets(all, SILENT), log: SILENT });
    const clock = { ...host.clock, sleep: (ms: number, signal?: AbortSignal) => host.clock.sleep(Math.min(ms, longestSleepMs), signal) };
    return new Bench(folder, await openWorkspace(folder, { ...host, clock }));
  }

  get context(): RolloutContext {
    return { workspace: this.workspace, gateway: () => Promise.reject(new Error("No gateway here.")) };
  }

  /** Starts the rollout `r`, with polls as fast as `FAST`. */
  async start(): Promise<RolloutRecord> {
    const rollout = await startRollout(this.context, { name: "r", version: "v2", by: "Ann" });
    this.workspace.store.write(() => {
      const { store } = this.workspace;
      const plan = { ...(JSON.parse(store.get<{ body: string }>("SELECT body FROM output JOIN rollout ON plan = output.id WHERE seq = ?", rollout.seq)!.body) as RolloutPlan), ...FAST };
      store.run("UPDATE rollout SET plan = ? WHERE seq = ?", store.putBody(JSON.stringify(plan)), rollout.seq);
    });
    return rollout;
  }

  /** Drives until nothing is open, or `signal`. */
  run(signal: AbortSignal = new AbortController().signal): Promise<"busy" | "done"> {
    return runController(this.context, { signal, idleMs: 1 });
  }

  stored(): RolloutRecord {
    return findRollout(this.workspace.store, "r")!;
  }

  polls(): PollRecord[] {
    return pollsOf(this.workspace.store, this.stored().seq);
  }

  actions(): string[] {
    return actionsOf(this.workspace.store, this.stored().seq).map(({ kind, text }) => `${kind}: ${text}`);
  }

  ask(kind: RequestKind): boolean {
    return requestAction(this.workspace.store, this.stored(), kind, "Bob", Date.now());
  }

  /** Resolves as soon as the stored rollout is as described. */
  async until(is: (rollout: RolloutRecord) => boolean): Promise<RolloutRecord> {
    for (;;) {
      const rollout = this.stored();
      if (is(rollout)) return rollout;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  close(): void {
    this.workspace.host.http.close();
    this.workspace.store.close();
  }
}
