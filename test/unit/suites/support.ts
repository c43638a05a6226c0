import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { diskSnapshot } from "../../../src/core/config/diskSnapshot.ts";
import { LineIndex } from "../../../src/core/config/positions.ts";
import type { AssertionNode, Suite } from "../../../src/core/evals/model.ts";
import { loadSuite } from "../../../src/core/evals/suite/loadSuite.ts";
import type { Location, Problem } from "../../../src/core/problem.ts";

/** Path → text; a text alone is that of `promptfooconfig.yaml`. */
export type Files = string | Readonly<Record<string, string>>;

const made: string[] = [];

process.once("exit", () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

/** A new workspace with these files; removed when the tests end. */
export function workspace(files: Files = {}): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "llmops-suites-")));
  made.push(root);
  for (const [path, text] of Object.entries(typeof files === "string" ? { "promptfooconfig.yaml": files } : files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** The suite of a workspace, with whatever is wrong in it. */
export async function read(root: string, file = "promptfooconfig.yaml"): Promise<Suite & { root: string }> {
  return { root, ...(await loadSuite({ snapshot: diskSnapshot(root), root, file: join(root, file), env: {} })) };
}

/** A suite in which nothing is wrong. */
export async function valid(files: Files): Promise<Suite & { root: string }> {
  const suite = await read(workspace(files));
  assert.deepEqual(suite.problems, []);
  return suite;
}

/** `path:line:column text`, one-based, with what is marked there. */
export function said(suite: Suite & { root: string }, { file, range }: Location): string {
  const text = suite.files.get(file) ?? "";
  const index = new LineIndex(text);
  const path = relative(suite.root, file).replaceAll("\\", "/");
  return `${path}:${range.start.line + 1}:${range.start.character + 1} ${text.slice(index.offset(range.start), index.offset(range.end))}`;
}

/** What is wrong with a suite, each as its severity, code, place with the marked text, and message. */
export async function mistakes(files: Files): Promise<{ severity: Problem["severity"]; code: string; at: string; message: string }[]> {
  return mistakesOf(await read(workspace(files)));
}

export function mistakesOf(suite: Suite & { root: string }): { severity: Problem["severity"]; code: string; at: string; message: string }[] {
  return suite.problems.map(({ severity, code, message, location }) => ({ severity, code, at: said(suite, location), message }));
}

/** Asserts that one thing is wrong: its code, its place with the marked text, and what the message says. */
export async function assertMistake(files: Files, code: string, at: string, message: RegExp): Promise<void> {
  assertOnly(await mistakes(files), code, at, message);
}

export function assertOnly(found: Awaited<ReturnType<typeof mistakes>>, code: string, at: string, message: RegExp): void {
  assert.deepEqual(found.map((mistake) => [mistake.code, mistake.at]), [[code, at]]);
  assert.match(found[0]!.message, message);
}

/** A suite's text with one prompt and provider, to which its tests are added. */
export function withTests(tests: string): string {
  return `prompts: ["{{a}}"]\nproviders: [echo]\n${tests}`;
}

/** Assertions as what was written. */
export function written(nodes: readonly AssertionNode[]): unknown[] {
  return nodes.map((node) => (node.kind === "set" ? { set: written(node.assert), threshold: node.threshold } : [node.type, node.value, ...(node.threshold === undefined ? [] : [node.threshold])]));
}
