import { originOf } from "../config/approvals.ts";
import type { Redactor } from "../config/redactor.ts";
import { hasReference, resolveReferences } from "../config/references.ts";
import type { RunnersConfig, StageConfig } from "../config/schema.ts";
import type { Host } from "../host.ts";
import type { JobBackend } from "./backend.ts";

export type RunnerKind = Exclude<StageConfig["runsOn"], "local">;

export interface Runner {
  readonly backend: JobBackend;
  /** Where jobs clone the repository from, where no files come along. */
  readonly repository?: string;
  /**
   * Variables for what runs there: what its configuration gives to all, and more, with keys in the place of references.
   * @throws {UnresolvedReference}, or where keys would be seen by all who may look at a job.
   */
  readonly env: (more: Readonly<Record<string, string>>) => Promise<Readonly<Record<string, string>>>;
}

/**
 * The back end of an entry of `runners`. Keys are looked up when they are needed, for the back end's own address;
 * what is released is told to `redactor`.
 * @throws when there is no such entry, or it cannot be reached from here at all.
 */
export async function runnerOf(kind: RunnerKind, runners: RunnersConfig | undefined, host: Host, redactor: Redactor): Promise<Runner> {
  switch (kind) {
    case "ray": {
      const { address, token, pip, cpus, env } = known(runners?.ray);
      const { rayBackend } = await import("./ray.ts");
      const resolve = releasing(host, originOf(address)!, redactor);
      return {
        backend: rayBackend(host.http, { address, pip, cpus, token: token === undefined ? undefined : () => resolve(token) }),
        env: (more) => resolve({ ...env, ...more }),
      };
    }
    case "kubernetes": {
      const { context, repository, ...options } = known(runners?.kubernetes);
      const { kubeConfig, kubernetesBackend } = await import("./kubernetes.ts");
      return { backend: kubernetesBackend(kubeConfig(host, context), options), repository, env: withoutKeys("a secret of the namespace, which runners.kubernetes.secrets names") };
    }
    case "github-actions": {
      const { token, api, ...options } = known(runners?.["github-actions"]);
      const { githubActionsBackend } = await import("./githubActions.ts");
      const resolve = releasing(host, originOf(api)!, redactor);
      return { backend: githubActionsBackend(host.http, host.clock, { ...options, api, token: () => resolve(token) }), env: withoutKeys("a secret of the repository, which the workflow names") };
    }
  }
}

function known<T>(config: T | undefined): T {
  if (config === undefined) throw new Error("runners does not say where that is.");
  return config;
}

/** Gives values with their secrets and environment variables, for one origin. */
function releasing(host: Host, origin: string, redactor: Redactor): <T>(value: T) => Promise<T> {
  const env = (name: string) => Promise.resolve(host.env[name] === undefined ? ("missing" as const) : { value: host.env[name] });
  return (value) => resolveReferences(value, origin, { secret: (name) => host.secrets.get(name, origin), env }, redactor);
}

/** Whoever may look at a job there sees its variables. */
function withoutKeys(instead: string): Runner["env"] {
  return (env) => {
    const name = Object.keys(env).find((key) => hasReference(env[key]!));
    if (name !== undefined) return Promise.reject(new Error(`${name} holds a key, which anybody who may look at the job would see. Make it ${instead}.`));
    return Promise.resolve(env);
  };
}
