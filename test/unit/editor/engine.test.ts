import assert from "node:assert/strict";
import { engineEnvironment } from "../../../src/editor/engine/environment.ts";
import { Restarts } from "../../../src/editor/engine/restarts.ts";

const SILENT = { proxy: "", noProxy: [], proxySupport: "override", systemCertificates: false };

describe("the engine's environment", () => {
  it("has nothing of the editor's own but what makes it a Node", () => {
    const env = engineEnvironment({ PATH: "/bin", VSCODE_IPC_HOOK: "x", ELECTRON_NO_ATTACH_CONSOLE: "1", ELECTRON_RUN_AS_NODE: "0", GONE: undefined }, SILENT);
    assert.deepEqual(env, { PATH: "/bin", ELECTRON_RUN_AS_NODE: "1" });
  });

  it("has the editor's proxy, under one spelling", () => {
    const env = engineEnvironment({ https_proxy: "http://old:1", NO_PROXY: "a" }, { ...SILENT, proxy: "http://proxy:3128", noProxy: ["b", ".c"] });
    assert.deepEqual(env, { ELECTRON_RUN_AS_NODE: "1", HTTPS_PROXY: "http://proxy:3128", HTTP_PROXY: "http://proxy:3128", NO_PROXY: "b,.c" });
  });

  it("keeps the environment's proxy where the editor has none, or must not use its own", () => {
    assert.equal(engineEnvironment({ https_proxy: "http://old:1" }, SILENT)["https_proxy"], "http://old:1");
    assert.equal(engineEnvironment({}, { ...SILENT, proxy: "http://proxy:3128", proxySupport: "off" })["HTTPS_PROXY"], undefined);
  });

  it("trusts the system's certificates when the editor does", () => {
    assert.equal(engineEnvironment({}, { ...SILENT, systemCertificates: true })["NODE_USE_SYSTEM_CA"], "1");
  });
});

describe("restarts of the engine", () => {
  it("end after four in three minutes", () => {
    let now = 0;
    const restarts = new Restarts(() => now);
    assert.deepEqual([1, 2, 3, 4, 5].map(() => restarts.mayRestart()), [true, true, true, true, false]);
    now += 3 * 60_000 + 1;
    assert.equal(restarts.mayRestart(), true);
  });

  it("begin anew when a person asks", () => {
    const restarts = new Restarts(() => 0);
    for (let time = 0; time < 4; time++) restarts.mayRestart();
    restarts.forget();
    assert.equal(restarts.mayRestart(), true);
  });
});
