import { ProblemError } from "../problem.ts";
import type { Redactor } from "../config/redactor.ts";
import type { ProviderSpec } from "../evals/model.ts";
import type { ProviderContext } from "../evals/providers/openaiServer.ts";
import { CallError, type Provider } from "../evals/providers/provider.ts";
import { createProvider } from "../evals/providers/registry.ts";
import { type Series, seriesOf } from "../evals/run/series.ts";
import type { Host, Secrets } from "../host.ts";
import type { VersionCode } from "./code.ts";
import type { SuiteVersion } from "./workspace.ts";

/** A version of a suite with what runs its code. */
export interface RunnableVersion {
  readonly version: SuiteVersion;
  readonly code: VersionCode;
}

/** The series of a suite against its baseline, with providers that can be called. */
export function buildSeries(host: Host, now: RunnableVersion, then: RunnableVersion | undefined, sandbox: () => Promise<string>, redactor: Redactor): Series[] {
  const { version: current } = now;
  const create = ({ version, code }: RunnableVersion) => {
    const context = { ...providerContext(host, version, sandbox, redactor, code), timeoutMs: current.suite.options.timeoutMs };
    return (spec: ProviderSpec): Provider | undefined => {
      try {
        return createProvider(spec, context);
      } catch (error) {
        if (!(error instanceof CallError)) throw error;
        throw new ProblemError({ severity: "error", code: "provider-address", message: error.message, location: spec.location() });
      }
    };
  };
  const before = then && { suite: withCurrentKeys(then.version.suite, current.suite), create: create(then), code: then.code.suiteCode === now.code.suiteCode ? undefined : then.code.suiteCode };
  return seriesOf(current.suite, create(now), before, ownProviders(current, create(now)));
}

/** The providers that tests name for themselves. */
function ownProviders({ suite }: SuiteVersion, create: (spec: ProviderSpec) => Provider | undefined): Map<ProviderSpec, Provider> | undefined {
  const specs = new Set(suite.cases.flatMap((test) => test.provider ?? []));
  if (specs.size === 0) return undefined;
  const made = [...specs].map((spec) => [spec, create(spec)] as const);
  return new Map(made.filter((entry): entry is readonly [ProviderSpec, Provider] => entry[1] !== undefined));
}

/** What the providers of a version of a suite are made with. */
export function providerContext(host: Host, { env: read, suite }: Pick<SuiteVersion, "env" | "suite">, sandbox: () => Promise<string>, redactor: Redactor, code: Pick<VersionCode, "suiteCode" | "folder">): ProviderContext {
  const env = { ...read, ...suite.options.env };
  return { host: { ...host, secrets: withFileEnv(host.secrets, env) }, sandbox, env, timeoutMs: suite.options.timeoutMs, ...code, redactor };
}

/** A baseline keeps no keys and headers: today's are used for the same provider. */
function withCurrentKeys<S extends { providers: readonly ProviderSpec[] }>(before: S, current: { providers: readonly ProviderSpec[] }): S {
  const today = new Map(current.providers.map((spec) => [spec.label ?? spec.id, spec]));
  const providers = before.providers.map((spec) => {
    const now = today.get(spec.label ?? spec.id);
    const { apiKey, headers } = now?.config ?? {};
    const { auth, tls, signatureAuth } = now?.extras ?? {};
    const extras = spec.extras && { ...spec.extras, ...(auth && { auth }), ...(tls && { tls }), ...(signatureAuth && { signatureAuth }) };
    return { ...spec, ...(extras && { extras }), config: { ...spec.config, ...(apiKey === undefined ? {} : { apiKey }), ...(headers === undefined ? {} : { headers }) } };
  });
  return { ...before, providers };
}

/** Secrets may also stand in a `.env` file; where they may go is decided all the same. */
function withFileEnv(secrets: Secrets, env: Readonly<Record<string, string | undefined>>): Secrets {
  return {
    mayRelease: secrets.mayRelease,
    async get(name, origin) {
      const found = await secrets.get(name, origin);
      const value = env[name];
      if (found !== "missing" || value === undefined) return found;
      return (await secrets.mayRelease(name, origin)) ? { value } : "refused";
    },
  };
}
