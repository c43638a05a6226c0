import { codeRecipient } from "../../config/approvals.ts";
import { envIn, parseReferences, secretsIn } from "../../config/references.ts";
import { visibleEnv } from "../../config/visibleEnv.ts";
import type { ProviderCode, ProviderSpec } from "../model.ts";
import type { Outcome } from "../suiteCode/protocol.ts";
import { type CodeService, ServiceError } from "../suiteCode/service.ts";
import type { ServiceCall } from "../suiteCode/services.ts";
import { number } from "./apiServer.ts";
import { fillSecrets } from "./credentials.ts";
import { type CodeKind, codeAnswer } from "./codeAnswer.ts";
import { DEFAULT_TIMEOUT_MS } from "./exchange.ts";
import type { ProviderContext } from "./openaiServer.ts";
import { CallError, canonicalJson, type Provider } from "./provider.ts";

/** Code that hangs on every question would cost its time-out hundreds of times. */
const MAX_KILLS = 3;
const METHODS: Readonly<Record<CodeKind, { javascript: string; other: string }>> = {
  text: { javascript: "callApi", other: "call_api" },
  embedding: { javascript: "callEmbeddingApi", other: "call_embedding_api" },
};

/**
 * A provider that is code of the suite's: a JavaScript class with `callApi(prompt, context)`, or the function
 * `call_api(prompt, options, context)` of a Python or Ruby file. It runs in a process of its own, which it keeps its
 * state in. Secrets in its configuration and environment are given to it as it was approved, and masked in what it
 * says; what it sends them to nothing limits.
 * @throws {CallError} when it belongs to no suite.
 */
export function codeProvider(spec: ProviderSpec, code: ProviderCode, context: ProviderContext, gives: CodeKind): Provider {
  const { suiteCode, folder, host, redactor } = context;
  if (!suiteCode || folder === undefined) throw new CallError("unusable", "Code runs for a suite, and this provider belongs to none.");
  const { language, file, path, name, fingerprint } = code;
  const written = { config: plain(spec.config, context), env: plain(spec.env, context) };
  const options = { id: spec.id, ...(spec.label === undefined ? {} : { label: spec.label }), ...written };
  const isGiven = secretsIn(written).length + envIn(written).length > 0;
  let secrets: Promise<typeof written> | undefined;
  const given = () => (isGiven ? (secrets ??= fillSecrets(written, codeRecipient(path, fingerprint.slice(0, 16)), host.secrets, redactor)) : Promise.resolve(written));
  const method = language === "javascript" ? METHODS[gives].javascript : (name ?? METHODS[gives].other);
  const timeoutMs = number(spec.config["timeout"] ?? spec.config["timeoutMs"]) ?? context.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  let service: CodeService<ServiceCall> | undefined;
  let kills = 0;

  async function ask(question: readonly unknown[], signal: AbortSignal): Promise<Outcome> {
    const { config, env } = await given();
    service ??= suiteCode!.serve({ language, env, timeoutMs, subject: spec.id });
    const withFolder = { ...options, config: { ...config, basePath: folder }, env };
    const [prompt, asked] = question;
    const args = gives === "embedding" ? (language === "javascript" ? [prompt] : [prompt, withFolder]) : language === "javascript" ? [prompt, asked, {}] : [prompt, withFolder, asked];
    try {
      return await masked(await service.ask({ kind: "method", file, method, options: withFolder, args }, signal));
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const hopeless = error.failure === "unusable" || (error.failure === "late" && ++kills >= MAX_KILLS);
      const often = error.failure === "late" ? (hopeless ? `, ${MAX_KILLS} times, and is not asked again.` : ".") : "";
      throw new CallError(hopeless ? "unusable" : "unanswered", redactor.redact(error.message + often), { retry: error.failure === "ended" });
    }
  }

  /** What it was given it may say again. */
  function masked(outcome: Outcome): Outcome {
    return isGiven ? (JSON.parse(redactor.redact(JSON.stringify(outcome))) as Outcome) : outcome;
  }

  return {
    key: spec.label ?? spec.id,
    origin: undefined,
    model: undefined,
    mayChange: true,
    prepare({ text, vars, overrides, prompt = { raw: text, label: text } }) {
      const asked = [text, { vars, prompt: { ...prompt, config: overrides } }] as const;
      return { identity: canonicalJson({ code: fingerprint, method, options, asked }), request: { method: "CODE", url: spec.id, body: JSON.stringify(asked) } };
    },
    async send({ request }, signal) {
      const started = host.clock.monotonic();
      const outcome = await ask(JSON.parse(request.body) as unknown[], signal);
      const latencyMs = host.clock.monotonic() - started;
      if ("failed" in outcome) throw new CallError("unanswered", redactor.redact(`${spec.id} ${{ load: "cannot be used:", run: "threw", return: "returned" }[outcome.failed]} ${outcome.message}`));
      return { latencyMs, ...codeAnswer(outcome.value, { subject: spec.id, gives, strict: language !== "javascript" }) };
    },
  };
}

/** A value with `{{env.X}}` filled in where that is no secret. Of the others only the names are part of what is asked. */
function plain<T>(value: T, { env }: ProviderContext): T {
  const seen = visibleEnv(env, {});
  const filled = (text: string): string => {
    let result = text;
    for (const { kind, name, start, end } of parseReferences(text).reverse()) {
      const found = kind === "env" ? seen[name] : undefined;
      if (found !== undefined) result = result.slice(0, start) + found + result.slice(end);
    }
    return result;
  };
  const fill = (node: unknown): unknown => {
    if (typeof node === "string") return filled(node);
    if (Array.isArray(node)) return node.map(fill);
    return node !== null && typeof node === "object" ? Object.fromEntries(Object.entries(node).map(([key, item]) => [key, fill(item)])) : node;
  };
  return fill(value) as T;
}
