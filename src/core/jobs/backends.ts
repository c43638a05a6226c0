import { originOf } from "../config/approvals.ts";
import type { Redactor } from "../config/redactor.ts";
import { resolveReferences } from "../config/references.ts";
import type { RunnersConfig, StageConfig } from "../config/schema.ts";
import type { Host } from "../host.ts";
import type { JobBackend } from "./backend.ts";
import { rayBackend } from "./ray.ts";

export type RunnerKind = Exclude<StageConfig["runsOn"], "local">;

export interface Runner {
  readonly backend: JobBackend;
  /** Variables for what runs there: what its configuration gives to all, and more, with keys in the place of references. @throws {UnresolvedReference} */
  readonly env: (more: Readonly<Record<string, string>>) => Promise<Readonly<Record<string, string>>>;
}

/**
 * The back end of an entry of `runners`. Keys are looked up when they are needed, for the back end's own address;
 * what is released is told to `redactor`.
 * @throws when there is no such entry.
 */
export function runnerOf(kind: RunnerKind, runners: RunnersConfig | undefined, host: Host, redactor: Redactor): Runner {
  const config = kind === "ray" ? runners?.ray : undefined;
  if (!config) throw new Error(`runners has no entry ${kind}.`);
  const origin = originOf(config.address)!;
  const resolve = <T>(value: T) => releasedTo(host, origin, value, redactor);
  const { address, token, pip, cpus, env } = config;
  return {
    backend: rayBackend(host.http, { address, pip, cpus, token: token === undefined ? undefined : () => resolve(token) }),
    env: (more) => resolve({ ...env, ...more }),
  };
}

/** A value with its secrets and environment variables, for one origin. @throws {UnresolvedReference} */
function releasedTo<T>(host: Host, origin: string, value: T, redactor: Redactor): Promise<T> {
  const env = async (name: string) => {
    const found = host.env[name];
    return found === undefined ? ("missing" as const) : { value: found };
  };
  return resolveReferences(value, origin, { secret: (name) => host.secrets.get(name, origin), env }, redactor);
}
