import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { compileFunction } from "node:vm";
import type { Call, Outcome, ToChild } from "./protocol.ts";

/** What the child process gives to the code: its channel to the parent and its own surroundings. */
export interface ChildEnd {
  readonly cwd: string;
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** The `process` that inline code sees. */
  readonly process: object;
  readonly require: NodeJS.Require;
}

/** Finished outcomes wait this long for company: a message costs ten times what a small script does. */
const FLUSH_MS = 10;
const MAX_COMPILED = 1000;

/** Answers batches of calls, one call after the other; see `createSuiteCode` for the parent's side. */
export function runSuiteCodeChild(end: ChildEnd): void {
  const evaluate = evaluator(end);
  end.onMessage((message) => void answer(message as ToChild));
  end.send("ready");

  async function answer(batch: ToChild): Promise<void> {
    let finished: { id: number; outcome: Outcome }[] = [];
    let flushed = performance.now();
    for (const { id, call } of batch) {
      finished.push({ id, outcome: await evaluate(call) });
      if (performance.now() - flushed < FLUSH_MS) continue;
      end.send(finished);
      finished = [];
      flushed = performance.now();
    }
    if (finished.length > 0) end.send(finished);
  }
}

type Inline = (output: unknown, context: unknown, process: object) => unknown;

function evaluator(end: ChildEnd): (call: Call) => Promise<Outcome> {
  const compiled = new Map<string, Inline>();
  const compile = (body: string): Inline => {
    let inline = compiled.get(body);
    if (!inline) {
      if (compiled.size >= MAX_COMPILED) compiled.clear();
      inline = new Function("output", "context", "process", body) as Inline;
      compiled.set(body, inline);
    }
    return inline;
  };
  const load = async (call: Call): Promise<() => unknown> => {
    if (call.kind === "regex") {
      const pattern = new RegExp(call.pattern);
      return () => pattern.test(call.text);
    }
    if (call.kind === "sql") {
      const { sqlFlaw } = await import("./sqlFlaw.ts");
      return () => sqlFlaw(call.text, call.rules);
    }
    if (call.kind === "inline") {
      const inline = compile(call.body);
      return () => inline(call.output, call.context, end.process);
    }
    const exported = await exportedFunction(resolve(end.cwd, call.file), call.name);
    return () => exported(...call.args);
  };

  return async (call) => {
    let run: () => unknown;
    try {
      run = await load(call);
    } catch (error) {
      return { failed: "load", message: messageOf(error) };
    }
    let value: unknown;
    try {
      value = await run();
    } catch (error) {
      return { failed: "run", message: messageOf(error) };
    }
    try {
      return { value: structuredClone(value) };
    } catch {
      return { failed: "return", message: typeof value === "function" ? "a function, which cannot be judged." : "something that holds functions, which cannot be judged." };
    }
  };
}

async function exportedFunction(file: string, name: string | undefined): Promise<(...args: unknown[]) => unknown> {
  const namespace = await importFile(file);
  const main = first(namespace.default, "default") ?? namespace.default ?? namespace;
  const candidates = name === undefined ? [main, namespace] : [first(main, name), first(namespace, name)];
  const found = candidates.find((candidate) => typeof candidate === "function");
  if (!found) throw new Error(name === undefined ? `${file} exports no function: use "export default" or "module.exports".` : `${file} exports no function named "${name}".`);
  return found as (...args: unknown[]) => unknown;
}

function first(from: unknown, key: string): unknown {
  return from !== null && (typeof from === "object" || typeof from === "function") ? (from as Record<string, unknown>)[key] : undefined;
}

async function importFile(file: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    // A CommonJS .js file below a package.json that says "type": "module", which promptfoo reads too.
    if (!file.endsWith(".js") || !/\b(?:module|exports|require) is not defined in ES module scope/.test(messageOf(error))) throw error;
    const module = { exports: {} as unknown };
    const body = compileFunction(await readFile(file, "utf8"), ["module", "exports", "require", "__filename", "__dirname"], { filename: file });
    (body as (...args: unknown[]) => void)(module, module.exports, createRequire(file), file, dirname(file));
    return { default: module.exports };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
