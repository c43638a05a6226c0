import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startRollout } from "../../../src/core/rollouts/start.ts";
import { actionsOf, pollsOf } from "../../../src/core/store/rollouts/records.ts";
import { haproxyCommand } from "../../../src/core/rollouts/targets/haproxySocket.ts";
import { folderWith } from "../../unit/cli/support.ts";
import { Bench } from "../../unit/rollouts/support.ts";
import { debianProgram } from "./debian.ts";
import { Load, Version } from "./load.ts";
import { freePort, until } from "./ports.ts";

const PER_SECOND = 250;
const STEPS = "steps: [5, 25, 50, 100]\n    step: 2s\n    detect: 4\n    thresholds: { error-rate: { ratio: 1.1, floor: 0.5% THRESHOLD } }";

describe("a rollout on HAProxy, with real traffic", function () {
  this.timeout(5 * 60_000);
  let folder: string;
  let stable: Version;
  let canary: Version;
  let load: Load;
  let port: number;
  let exporter: number;
  const children: ChildProcess[] = [];

  before(async function () {
    const haproxy = debianProgram(this, "haproxy", "usr/sbin/haproxy", ["haproxy", "liblua5.3-0", "libopentracing1", "libopentracing-c-wrapper0"]);
    // Paths of sockets may not be long.
    folder = mkdtempSync("/tmp/llmops-h-");
    [stable, canary, port, exporter] = [await new Version("stable").listen(), await new Version("canary").listen(), await freePort(), await freePort()];
    writeFileSync(join(folder, "haproxy.cfg"), configuration(join(folder, "s"), port, exporter, stable.port, canary.port));
    children.push(spawn(haproxy.file, ["-f", join(folder, "haproxy.cfg"), "-db"], { env: haproxy.env, stdio: "ignore" }));
    await until(() => haproxyCommand(join(folder, "s"), "show info"));
    load = new Load(port, PER_SECOND);
  });
  after(async () => {
    await load?.stop();
    for (const child of children) child.kill("SIGKILL");
    stable?.close();
    canary?.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await haproxyCommand(join(folder, "s"), "set server llm/stable weight 100");
    await haproxyCommand(join(folder, "s"), "set server llm/canary weight 0");
    stable.rate = canary.rate = 0.03;
  });

  const roll = async (metrics: string, threshold = ""): Promise<Bench> => {
    const yaml = `version: 1\nrollouts:\n  r:\n    target: { kind: haproxy, socket: ${join(folder, "s")}, backend: llm }\n    ${metrics}\n    ${STEPS.replace(" THRESHOLD", threshold)}\n`;
    const bench = await Bench.in(folderWith({ "llmops.yaml": yaml }), {}, Infinity);
    await startRollout(bench.context, { name: "r", version: "v2", by: "Ann" });
    await bench.run();
    return bench;
  };

  it("takes a good version to 100 %: the requests follow the weights, and none is lost", async () => {
    const from = Date.now();
    const bench = await roll("metrics: { kind: target }");
    assert.equal(bench.stored().state, "promoted", bench.stored().reason);
    const set = actionsOf(bench.workspace.store, bench.stored().seq).filter(({ kind }) => kind === "weight").map(({ at, text }) => ({ at, weight: Number(/back (\d+)/.exec(text)![1]) }));
    assert.deepEqual(set.map(({ weight }) => weight), [5, 25, 50, 95, 100]);
    for (const [index, { at, weight }] of set.slice(0, -1).entries()) {
      const { all, canary: reached } = load.between(at + 100, set[index + 1]!.at - 100);
      // Round robin is exact but for its beginning and for what is under way.
      assert.ok(Math.abs(reached / all - weight / 100) < 0.02, `${weight} %: ${reached} of ${all}`);
    }
    assert.equal(load.between(from, Date.now()).lost, 0);
    bench.close();
  });

  it("takes a bad version back to 0 %, after which no request reaches it", async () => {
    canary.rate = 0.3;
    const from = Date.now();
    const bench = await roll("metrics: { kind: target }");
    assert.equal(bench.stored().state, "rolled-back");
    assert.match(bench.stored().reason!, /^Breach: error-rate/);
    const { endedAt } = bench.stored();
    const [breach] = pollsOf(bench.workspace.store, bench.stored().seq).filter(({ verdict }) => verdict === "breach");
    assert.ok(endedAt! - breach!.at < 1000, `${endedAt! - breach!.at} ms from the poll that saw it to weight 0 read back`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.equal(load.between(endedAt! + 50, Date.now() - 100).canary, 0);
    assert.equal(load.between(from, Date.now()).lost, 0);
    bench.close();
  });

  it("sees errors of a version that is not there at all, which redispatches hide from clients", async () => {
    const dead = canary.port;
    canary.close();
    try {
      const bench = await roll("metrics: { kind: target }");
      assert.equal(bench.stored().state, "rolled-back", bench.stored().reason);
      bench.close();
    } finally {
      canary = await new Version("canary").listen();
      await haproxyCommand(join(folder, "s"), `set server llm/canary addr 127.0.0.1 port ${canary.port}`);
      assert.notEqual(dead, 0);
    }
  });

  it("is judged by a Prometheus that scrapes HAProxy: good to 100 %, bad back to 0 %", async function () {
    const prometheus = debianProgram(this, "prometheus", "usr/bin/prometheus", ["prometheus"]);
    const address = await freePort();
    writeFileSync(join(folder, "prometheus.yml"), `global: { scrape_interval: 1s }\nscrape_configs:\n  - job_name: haproxy\n    static_configs: [{ targets: ["127.0.0.1:${exporter}"] }]\n`);
    children.push(spawn(prometheus.file, [`--config.file=${join(folder, "prometheus.yml")}`, `--storage.tsdb.path=${join(folder, "data")}`, `--web.listen-address=127.0.0.1:${address}`, "--log.level=warn"], { env: prometheus.env, stdio: "ignore" }));
    const query = `http://127.0.0.1:${address}/api/v1/query?query=haproxy_server_http_responses_total`;
    await until(async () => assert.ok((await (await fetch(query)).text()).includes('"canary"')));
    const metrics = `metrics: { kind: prometheus, url: "http://127.0.0.1:${address}", preset: haproxy, label: server }`;
    const good = await roll(metrics);
    assert.equal(good.stored().state, "promoted", good.stored().reason);
    good.close();
    await haproxyCommand(join(folder, "s"), "set server llm/stable weight 100");
    await haproxyCommand(join(folder, "s"), "set server llm/canary weight 0");
    canary.rate = 0.3;
    const bad = await roll(metrics);
    assert.equal(bad.stored().state, "rolled-back", bad.stored().reason);
    bad.close();
  });
});

function configuration(socket: string, port: number, exporter: number, stable: number, canary: number): string {
  return `global
  stats socket ${socket} mode 600 level admin
defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 30s
  option redispatch 1
  retries 2
frontend front
  bind 127.0.0.1:${port}
  default_backend llm
frontend exporter
  bind 127.0.0.1:${exporter}
  http-request use-service prometheus-exporter
backend llm
  balance roundrobin
  server stable 127.0.0.1:${stable} weight 100
  server canary 127.0.0.1:${canary} weight 0
`;
}
