import type { Processes } from "../../host.ts";
import { outcomeIn, requestOf } from "./interpreters.ts";
import type { Call, FromChild, ToChild } from "./protocol.ts";
import { type InterpreterPaths, type Language, programsOf, RUNTIMES } from "./runtimes.ts";
import { type CodeService, createService, ServiceError } from "./service.ts";

/** A question to code that answers as a model does. */
export interface MethodCall {
  readonly kind: "method";
  /** Absolute. */
  readonly file: string;
  /** In JavaScript a method of the exported class's only instance; else a function of the file. */
  readonly method: string;
  /** What the class is made with. */
  readonly options: unknown;
  readonly args: readonly unknown[];
}

/** A hook of a suite's, whose file keeps its state from the first to the last. */
export type HookCall = Extract<Call, { kind: "hook" }>;

export type ServiceCall = MethodCall | HookCall;

export interface ServeOptions {
  readonly language: "javascript" | Language;
  /** All of its environment, beside what programs are found by. */
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds that an answer may take. */
  readonly timeoutMs: number;
  /** As a sentence names the code. */
  readonly subject: string;
  /** Default: the suite's folder. */
  readonly cwd?: string;
  /** Calls that JavaScript works at side by side; default: as many as there are. */
  readonly atOnce?: number;
}

const MAX_OLD_SPACE_MB = 512;

/**
 * A process of its own for one provider: JavaScript answers as many calls at once as are asked, the others one by one.
 * @param options.cwd folder of the suite.
 */
export function serve(processes: Processes, { language, env, timeoutMs, subject, cwd, atOnce = Infinity }: ServeOptions & { readonly cwd: string }, paths: InterpreterPaths | undefined): CodeService<ServiceCall> {
  if (language === "javascript") {
    return createService<ServiceCall>({
      start: () => processes.fork("suite-code", { cwd, env, maxOldSpaceMb: MAX_OLD_SPACE_MB }),
      encode: (id, call): ToChild => [{ id, call }],
      decode: (message) => ((message as FromChild) === "ready" ? [] : (message as Exclude<FromChild, "ready">)),
      atOnce,
      timeoutMs,
      subject,
    });
  }
  const { flags, title, install } = RUNTIMES[language];
  const found = findProgram(processes, programsOf(language, paths), cwd);
  let service: CodeService<ServiceCall> | undefined;
  let closed = false;
  return {
    async ask(call, signal) {
      const program = await found;
      if (program === undefined) throw new ServiceError(`${title} is needed to ask ${subject}, and ${programsOf(language, paths).join(" or ")} is not to be found in PATH. ${install}, then start the editor or the terminal anew.`, "unusable");
      if (closed) throw new ServiceError(`${subject} was stopped with the run.`, "ended");
      service ??= createService<ServiceCall>({
        start: () => processes.talk(program, flags, { cwd, env, findPrograms: true }),
        encode: (id, call) => requestOf(id, { language, file: call.file, ...functionOf(call) }),
        decode: (message) => {
          const outcome = outcomeIn(message);
          return outcome ? [{ id: (message as { id: number }).id, outcome }] : [];
        },
        atOnce: 1,
        timeoutMs,
        subject,
      });
      return service.ask(call, signal);
    },
    close() {
      closed = true;
      service?.close();
    },
  };
}

/** The function of a file that a call means, in a language without classes to call. promptfoo looks for hooks without a name as for transforms. */
function functionOf(call: ServiceCall): { name: string; args: readonly unknown[] } {
  if (call.kind === "method") return { name: call.method, args: call.args };
  const { name = "get_transform", hook, only, context } = call;
  return { name, args: only ? [context, { hookName: hook }] : [hook, context] };
}

async function findProgram(processes: Processes, programs: readonly string[], cwd: string): Promise<string | undefined> {
  for (const program of programs) {
    const ran = await processes.run(program, ["--version"], { cwd, env: {}, findPrograms: true, timeoutMs: 10_000, maxBytes: 100_000 }).catch(() => undefined);
    if (ran?.code === 0) return program;
  }
  return undefined;
}
