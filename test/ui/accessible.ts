import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** No violation that axe-core finds in the webview that is shown, by its rules for WCAG 2.2 A and AA and best practice. */
export async function isAccessible(page: Page): Promise<void> {
  const frame = page.frames().findLast((candidate) => candidate.url().includes("fake.html") || candidate.name() === "active-frame" || candidate.parentFrame()?.url().includes("index.html?id="));
  assert.ok(frame, page.frames().map((candidate) => candidate.url()).join("\n"));
  // Evaluated by the browser's debugger, which a page's policy does not hold back.
  await frame.evaluate(source);
  const violations = await frame.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(context: object, options: object): Promise<{ violations: { id: string; help: string; nodes: { html: string; failureSummary: string }[] }[] }> } };
    const { violations: found } = await axe.run({ include: "#app" }, { resultTypes: ["violations"] });
    return found.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary}`).join("\n  ")}`);
  });
  assert.deepEqual(violations, []);
}
