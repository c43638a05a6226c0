import type { ProviderSpec } from "../model.ts";
import { canonicalJson, type Provider } from "./provider.ts";

/** Answers the rendered prompt: for trying a suite out, and for tests of assertions. */
export function echo(spec: ProviderSpec): Provider {
  return {
    key: spec.label ?? spec.id,
    origin: undefined,
    model: undefined,
    prepare: (call) => ({ identity: canonicalJson({ echo: call.text }), request: { method: "ECHO", url: "echo:", body: call.text } }),
    send: (prepared) => Promise.resolve({ output: prepared.request.body, latencyMs: 0, usage: undefined, cost: 0, finishReason: undefined, fingerprint: undefined }),
  };
}
