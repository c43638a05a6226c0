import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { hasReference } from "../../config/references.ts";
import type { ProviderSpec } from "../model.ts";
import { number } from "./apiServer.ts";
import { DEFAULT_TIMEOUT_MS } from "./exchange.ts";
import type { ProviderContext } from "./openaiServer.ts";
import { CallError, canonicalJson, type Provider } from "./provider.ts";

const MAX_BYTES = 10_000_000;
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
    prepare({ text, vars, overrides }) {
      const options = { id: spec.id, ...(spec.label === undefined ? {} : { label: spec.label }), config: { ...spec.config, basePath: folder } };
      const asked = [text, options, { vars, prompt: { raw: text, config: overrides } }] as const;
      return { identity: canonicalJson({ exec: command, files, env: spec.env, asked }), request: { method: "EXEC", url: `exec:${command}`, body: JSON.stringify(asked) } };
    },
    async send(prepared, signal) {
      const [prompt, ...more] = JSON.parse(prepared.request.body) as [string, unknown, unknown];
      const started = host.clock.monotonic();
      let ended: Awaited<ReturnType<typeof host.processes.run>>;
      try {
        ended = await host.processes.run(program, [...args, prompt, ...more.map((part) => JSON.stringify(part))], { cwd: folder, env: { ...spec.env }, findPrograms: true, wholeTree: true, timeoutMs, maxBytes: MAX_BYTES, signal });
      } catch (error) {
        if (signal.aborted) throw error;
        throw notRun(program, error);
      }
      if (ended.timedOut) {
        const again = ++kills < MAX_KILLS;
        throw new CallError(again ? "unanswered" : "unusable", `${program} was killed after ${timeoutMs / 1000} s: it did not end${again ? "" : `, ${MAX_KILLS} times, and is not tried again`}.`);
      }
      const latencyMs = host.clock.monotonic() - started;
      const output = plain(ended.stdout.toString("utf8"));
      const complaint = redactor.redact(lastLine(plain(ended.stderr)));
      if (ended.code !== 0) throw new CallError("unanswered", `${program} ended ${ended.code === null ? "by a signal" : `with status ${ended.code}`}${complaint === "" ? "." : `: ${complaint}`}`);
      if (output === "" && complaint !== "") throw new CallError("unanswered", `${program} wrote no output, and to standard error: ${complaint}`);
      return { output: redactor.redact(output), latencyMs, usage: undefined, cost: undefined, finishReason: undefined, fingerprint: undefined };
    },
  };
}

/** Parted at blanks; what stands in quotes is one part. No shell reads it: `|`, `$X` and `*` have no meaning. */
function commandParts(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|[^\s"']+/g)].map(([whole, double, single]) => double ?? single ?? whole);
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

function notRun(program: string, error: unknown): CallError {
  const { code, cause, message } = error as NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException };
  switch (code ?? cause?.code) {
    case "ENOENT":
      return new CallError("unusable", `${program} is not to be found: not in PATH, nor from the suite's folder.`);
    case "EACCES":
      return new CallError("unusable", `${program} may not be started. Make it executable (chmod +x), or name its interpreter: exec: python3 ${program}.`);
    case "E2BIG":
    case "ENAMETOOLONG":
      return new CallError("unanswered", `The prompt and the variables are too long for the arguments of a program (${program}).`);
    default:
      return new CallError("unanswered", message);
  }
}

const plain = (text: string) => stripVTControlCharacters(text.trim());
const lastLine = (text: string) => text.split("\n").at(-1)!.slice(0, 500);
