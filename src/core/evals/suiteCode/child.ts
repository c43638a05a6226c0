import { resolve } from "node:path";
import { exportedFunction, exportedValue, instanceOf } from "./modules.ts";
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
    if (call.kind === "method") {
      const instance = await instanceOf(call.file, call.options);
      const method = instance[call.method];
      if (typeof method !== "function") throw new Error(`${call.file} has no method ${call.method}.`);
      return () => (method as (...args: unknown[]) => unknown).apply(instance, call.args as unknown[]);
    }
    if (call.kind === "hook") {
      const { hook, only, context } = call;
      const called = await exportedFunction(call.file, call.name, true);
      return async () => (await (only ? called(context, { hookName: hook }) : called(hook, context))) || context;
    }
    if (call.kind === "prompt") {
      const { promptRenderer } = await import("./prompt.ts");
      const render = await promptRenderer(call.filters);
      return () => render(call);
    }
    const exported = await (call.orValue ? exportedValue : exportedFunction)(resolve(end.cwd, call.file), call.name);
    return () => (typeof exported === "function" ? (exported as (...args: unknown[]) => unknown)(...call.args) : exported);
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

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
