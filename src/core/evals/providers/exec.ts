import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { hasReference } from "../../config/references.ts";
import type { ProviderSpec } from "../model.ts";
import { commandParts, ProgramError, runProgram } from "../suiteCode/program.ts";
import { number } from "./apiServer.ts";
import { DEFAULT_TIMEOUT_MS } from "./exchange.ts";
import type { ProviderContext } from "./openaiServer.ts";
import { CallError, canonicalJson, type Provider } from "./provider.ts";

/** A program that hangs on every question would cost its time-out hundreds of times. */
const MAX_KILLS = 3;
/** Larger files are told apart by their size and time. */
const MAX_HASHED_BYTES = 20_000_000;

/**
 * `exec:COMMAND`: a program of the suite's, without a shell, in the suite's folder. As promptfoo gives it,
 * its last arguments are the prompt, and options and context as JSON; what it writes is the output.
 * @throws {CallError} when it is to be given a secret, or belongs to no suite.
 */
export function exec(spec: ProviderSpec, context: ProviderContext): Provider {
  const command = spec.id.slice("exec:".length).trim();
  const [program = "", ...args] = commandParts(command);
  const { folder, host, redactor } = context;
  if (folder === undefined) throw new CallError("unusable", "A program runs in its suite's folder, and this one belongs to no suite.");
  const secret = Object.keys(spec.env).find((name) => hasReference(spec.env[name]!));
  if (secret !== undefined) throw new CallError("unusable", `A program is given no secrets: "env: {${secret}: …}" holds a reference. Write a value, or let the program read it from where it is kept.`);
  // A program of the machine's own, such as an interpreter, does not tell what it is made to do.
  const named = isAbsolute(program) ? args : [program, ...args];
  const files = named.flatMap((part) => fingerprint(resolve(folder, part)));
  const timeoutMs = number(spec.config["timeoutMs"]) ?? context.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  let kills = 0;

  return {
    key: spec.label ?? spec.id,
    origin: undefined,
    model: undefined,
    onlyThisRun: files.length === 0,
    mayChange: true,
    prepare({ text, vars, overrides }) {
      const options = { id: spec.id, ...(spec.label === undefined ? {} : { label: spec.label }) };
      const context = { vars, prompt: { raw: text, config: overrides } };
      const asked = [text, { ...options, config: { ...spec.config, basePath: folder } }, context];
      // Where it runs is not what it does: a version of the suite may have a folder of its own.
      return { identity: canonicalJson({ exec: command, files, env: spec.env, asked: [text, { ...options, config: spec.config }, context] }), request: { method: "EXEC", url: `exec:${command}`, body: JSON.stringify(asked) } };
    },
    async send(prepared, signal) {
      const [prompt, ...more] = JSON.parse(prepared.request.body) as [string, unknown, unknown];
      const started = host.clock.monotonic();
      try {
        const output = await runProgram(host.processes, { program, args: [...args, prompt, ...more.map((part) => JSON.stringify(part))], cwd: folder, env: spec.env, timeoutMs, signal });
        return { output: redactor.redact(output), latencyMs: host.clock.monotonic() - started, usage: undefined, cost: undefined, finishReason: undefined, fingerprint: undefined };
      } catch (error) {
        if (!(error instanceof ProgramError)) throw error;
        const hopeless = error.failure === "missing" || error.failure === "not-executable" || (error.failure === "timeout" && ++kills >= MAX_KILLS);
        const often = error.failure === "timeout" ? (hopeless ? `, ${MAX_KILLS} times, and is not tried again.` : ".") : "";
        throw new CallError(hopeless ? "unusable" : "unanswered", redactor.redact(error.message + often));
      }
    },
  };
}

/** Of a part of the command that is a file: its content. An answer holds as long as it is the same. */
function fingerprint(path: string): string[] {
  try {
    const { size, mtimeMs } = statSync(path);
    const content = size > MAX_HASHED_BYTES ? `${size} ${mtimeMs}` : readFileSync(path);
    return [createHash("sha256").update(content).digest("hex")];
  } catch {
    return [];
  }
}
