import { mayRelease, originOf, pairKey, parseApproved } from "../core/config/approvals.ts";
import type { Log, Secrets } from "../core/host.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const BASE_URLS = ["OPENAI_BASE_URL", "OPENAI_API_BASE_URL"];

/**
 * Secrets of a terminal or of CI: environment variables, released to origins that `LLMOPS_APPROVED`
 * names. Whoever sets a key and a base URL in the same environment has approved that pair.
 */
export function environmentSecrets(env: Environment, log: Log): Secrets {
  const { approvals, mistakes } = parseApproved(env["LLMOPS_APPROVED"]);
  for (const mistake of mistakes) log.warn(mistake);
  const pairs = new Set(approvals.secrets);
  for (const name of BASE_URLS) {
    const origin = env[name] && originOf(env[name]);
    if (origin) pairs.add(pairKey("OPENAI_API_KEY", origin));
  }
  const release = (name: string, origin: string) => Promise.resolve(mayRelease(name, origin, { origins: approvals.origins, secrets: pairs }));
  return {
    mayRelease: release,
    async get(name, origin) {
      const value = env[name];
      if (!value) return "missing";
      return (await release(name, origin)) ? { value } : "refused";
    },
  };
}
