import { Redactor } from "../../core/config/redactor.ts";
import { loadConfig } from "../../core/config/load.ts";
import { endpointProvider } from "../../core/evals/providers/endpoint.ts";
import { createProvider } from "../../core/evals/providers/registry.ts";
import { formatDuration } from "../../core/regression/words.ts";
import type { Workspace } from "../../core/regression/workspace.ts";
import type { EndpointTest } from "../../protocol/messages.ts";

/** Asks each endpoint of `llmops.yaml` (or the one named) one short question. */
export async function testEndpoints(workspace: Workspace, name: string | undefined, sandbox: () => Promise<string>, signal: AbortSignal): Promise<EndpointTest[]> {
  const { host, root, disk } = workspace;
  const loaded = await loadConfig({ snapshot: disk, root });
  const endpoints = Object.entries(loaded.config?.endpoints ?? {}).filter(([key]) => name === undefined || key === name);
  const redactor = new Redactor();
  return Promise.all(
    endpoints.map(async ([key, endpoint]): Promise<EndpointTest> => {
      try {
        const provider = createProvider(endpointProvider(key, endpoint, () => loaded.locate(["endpoints", key])), { host, sandbox, env: host.env, timeoutMs: 20_000, redactor });
        if (!provider) throw new Error("This kind of endpoint cannot be called.");
        const call = { messages: [{ role: "user" as const, content: "Answer with the word ready." }], text: "Answer with the word ready.", vars: {}, overrides: {} };
        const answer = await provider.send(provider.prepare(call), signal);
        return { name: key, ok: true, message: `answered in ${formatDuration(answer.latencyMs)}${answer.fingerprint ? ` (${answer.fingerprint})` : ""}` };
      } catch (error) {
        if (signal.aborted) throw error;
        return { name: key, ok: false, message: redactor.redact(error instanceof Error ? error.message : String(error)) };
      }
    }),
  );
}
