import type { Processes } from "../../host.ts";
import { type Extension, type HookName, JudgeError } from "../model.ts";
import { contentHash } from "../../store/store.ts";
import { type CodeService, ServiceError } from "../suiteCode/service.ts";
import { serve, type ServiceCall } from "../suiteCode/services.ts";
import type { InterpreterPaths } from "../suiteCode/runtimes.ts";

export type HookContext = Readonly<Record<string, unknown>>;

/** The hooks of one version of a suite, for one run. */
export interface Hooks {
  has(hook: HookName): boolean;
  /**
   * Calls a hook of every extension that has it, in their order.
   * @param take what the next one, and the caller, is told after one has returned something.
   * @throws {HookError} an abort is rethrown.
   */
  call<C extends HookContext>(hook: HookName, context: C, take: (before: C, returned: HookContext, extension: Extension) => C, signal: AbortSignal): Promise<C>;
  /** Ends the processes. */
  close(): void;
}

/** A hook threw, hung, or gave what cannot be used. */
export class HookError extends JudgeError {
  readonly extension: Extension;
  constructor(extension: Extension, message: string) {
    super(message);
    this.name = "HookError";
    this.extension = extension;
  }
}

/** Starts the hooks that a suite names. */
export type StartHooks = (extensions: readonly Extension[]) => Hooks;

export interface HookOptions {
  /** Where the suite's folder stands in its version. */
  readonly folder: string;
  /** Where a file stands in it. */
  readonly path: (file: string) => string;
  readonly interpreters: InterpreterPaths;
  readonly timeoutMs?: number;
}

/** A hook may start what the suite needs. */
const HOOK_MS = 60_000;
/** promptfoo's own number of tests at once. */
const AT_ONCE = 4;

/** A process for each file, from its first hook to its last: what one leaves in a variable, the next one finds. */
export function createHooks(processes: Processes, extensions: readonly Extension[], { folder, path, interpreters, timeoutMs = HOOK_MS }: HookOptions): Hooks {
  const services = new Map<string, CodeService<ServiceCall>>();
  /** By file: why its process is gone, and with it all that its hooks knew. */
  const lost = new Map<string, string>();

  async function one(extension: Extension, hook: HookName, context: HookContext, signal: AbortSignal): Promise<HookContext> {
    const { file, language, name } = extension;
    const subject = `${hook} of ${extension.written}`;
    const gone = lost.get(file);
    if (gone !== undefined) throw new HookError(extension, `${subject} was not called: ${gone} What its hooks knew is lost, so none is called again in this run.`);
    let service = services.get(file);
    if (!service) services.set(file, (service = serve(processes, { language, env: {}, timeoutMs, subject: extension.written, cwd: folder, atOnce: AT_ONCE }, interpreters)));
    try {
      const outcome = await service.ask({ kind: "hook", file: path(file), name, hook, only: extension.hook !== undefined, context }, signal);
      if ("failed" in outcome) throw new HookError(extension, `${subject} ${{ load: "cannot be used:", run: "threw", return: "returned" }[outcome.failed]} ${outcome.message}`);
      if (outcome.value === null || outcome.value === undefined) return context;
      if (typeof outcome.value !== "object" || Array.isArray(outcome.value)) throw new HookError(extension, `${subject} returned ${JSON.stringify(outcome.value).slice(0, 200)}. Return the context that it was given, or nothing.`);
      return outcome.value as HookContext;
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const message = `${error.message.replace(/\.?$/, ".")}`;
      if (error.failure !== "unusable") lost.set(file, message);
      throw new HookError(extension, `${subject} failed: ${message}`);
    }
  }

  return {
    has: (hook) => extensions.some((extension) => serves(extension, hook)),
    async call(hook, context, take, signal) {
      let current = context;
      for (const extension of extensions) {
        if (!serves(extension, hook)) continue;
        const returned = await one(extension, hook, current, signal);
        if (returned !== current) current = take(current, returned, extension);
      }
      return current;
    },
    close() {
      for (const service of services.values()) service.close();
    },
  };
}

function serves({ hook: only }: Extension, hook: HookName): boolean {
  return only === undefined || only === hook;
}

/** Of the code of those hooks that may decide an answer: `undefined` where there are none. */
export function hooksFingerprint(extensions: readonly Extension[]): string | undefined {
  const before = extensions.filter((extension) => serves(extension, "beforeAll") || serves(extension, "beforeEach"));
  return before.length === 0 ? undefined : contentHash(before.map(({ written, fingerprint }) => `${written} ${fingerprint}`).join("\n"));
}
