import { mayRelease, originOf, pairKey, parseApproved } from "../core/config/approvals.ts";
import { COMMANDS, type Log, type Secrets } from "../core/host.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Keys, and the variables that say where their API is: an address, or a host alone. */
const ADDRESSES: readonly [keys: readonly string[], addresses: readonly string[]][] = [
  [["OPENAI_API_KEY"], ["OPENAI_BASE_URL", "OPENAI_API_BASE_URL"]],
  [["ANTHROPIC_API_KEY"], ["ANTHROPIC_BASE_URL"]],
  [["AZURE_API_KEY", "AZURE_OPENAI_API_KEY"], ["AZURE_API_BASE_URL", "AZURE_OPENAI_API_BASE_URL", "AZURE_OPENAI_BASE_URL", "AZURE_API_HOST", "AZURE_OPENAI_API_HOST"]],
  [["GOOGLE_API_KEY", "GEMINI_API_KEY"], ["GOOGLE_API_BASE_URL", "GOOGLE_API_HOST"]],
  [["OLLAMA_API_KEY"], ["OLLAMA_BASE_URL"]],
];

/**
 * Secrets of a terminal or of CI: environment variables, released to origins that `LLMOPS_APPROVED`
 * names. Whoever sets a key and a base URL in the same environment has approved that pair.
 */
export function environmentSecrets(env: Environment, log: Log): Secrets {
  const { approvals, mistakes } = parseApproved(env["LLMOPS_APPROVED"]);
  for (const mistake of mistakes) log.warn(mistake);
  const pairs = new Set(approvals.secrets);
  for (const [keys, addresses] of ADDRESSES) {
    for (const address of addresses) {
      const value = env[address];
      const origin = value && originOf(/^https?:\/\//.test(value) ? value : `https://${value}`);
      if (origin) for (const key of keys) pairs.add(pairKey(key, origin));
    }
  }
  // Who starts commands here has given them this environment.
  const release = (name: string, origin: string) => Promise.resolve(origin === COMMANDS || mayRelease(name, origin, { origins: approvals.origins, secrets: pairs }));
  return {
    mayRelease: release,
    async get(name, origin) {
      const value = env[name];
      if (!value) return "missing";
      return (await release(name, origin)) ? { value } : "refused";
    },
  };
}
