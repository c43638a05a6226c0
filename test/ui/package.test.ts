import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makePackages } from "../../scripts/package.mjs";
import { useWindow } from "../harness/uiSuite.ts";

const folder = mkdtempSync(join(tmpdir(), "llmops-package-"));
const packages: string[] = [];

function sumOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

describe("the packaged extension", function () {
  this.timeout(180_000);

  before(async () => {
    packages.push(await makePackages(join(folder, "first")));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  describe("in a clean profile", () => {
    const window = useWindow("empty", { extensions: [], packages });

    it("leads from an empty folder to a first verdict, offline", async () => {
      const { workbench } = window;
      const { page } = workbench;
      await workbench.openContainer("LLMOps");
      await page.locator(".monaco-button", { hasText: "Create a Suite" }).click();
      await page.locator(".monaco-dialog-box .monaco-button", { hasText: "Create" }).first().click();
      await page.locator('.tab.active[data-resource-name="triage.txt"]').waitFor();
      await workbench.viewRows("Suites").filter({ hasText: "evals/triage" }).waitFor();
      await workbench.command("LLMOps: Run Suite");
      await workbench.viewRows("Suites").filter({ hasText: "passed · 6 cases" }).waitFor();
      await workbench.screenshot("package-first-verdict");
    });
  });

  it("is made of the same bytes again, and the command line comes with it", async () => {
    const again = await makePackages(join(folder, "second"));
    assert.equal(sumOf(again), sumOf(packages[0] as string));
    const archive = readdirSync(join(folder, "second")).find((file) => file.endsWith(".tgz")) as string;
    assert.equal(sumOf(join(folder, "second", archive)), sumOf(join(folder, "first", archive)));
    execFileSync("tar", ["xzf", archive], { cwd: join(folder, "second") });
    const version = execFileSync(process.execPath, [join(folder, "second/package/bin/llmops.cjs"), "--version"], { encoding: "utf8" });
    assert.match(version, /^\d+\.\d+\.\d+/);
  });
});
