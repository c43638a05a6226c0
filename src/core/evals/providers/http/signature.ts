import { createSign } from "node:crypto";
import type { HttpSignature } from "../../suite/httpSchema.ts";
import { fillSecrets } from "../credentials.ts";
import type { ProviderContext } from "../openaiServer.ts";
import { CallError } from "../provider.ts";
import { type Late, withLate } from "./late.ts";
import { fileOf } from "./transport.ts";

/**
 * A signature that templates name as `{{signature}}`, with the time that it was made at (`{{signatureTimestamp}}`, in
 * milliseconds): base64, made anew before it becomes invalid.
 */
export function createSignature({ privateKey, privateKeyPath, signatureValidityMs, signatureRefreshBufferMs = signatureValidityMs / 10, signatureDataTemplate, signatureAlgorithm }: HttpSignature, origin: string, context: ProviderContext): () => Promise<Late> {
  const { clock, secrets } = context.host;
  let made: { readonly late: Promise<Late>; readonly until: number } | undefined;

  async function sign(now: number): Promise<Late> {
    const key = (await fileOf(privateKeyPath)) ?? (await fillSecrets(privateKey ?? "", origin, secrets, context.redactor));
    const signatureTimestamp = String(now);
    const data = withLate(signatureDataTemplate, { signatureTimestamp }).replaceAll("\\n", "\n");
    try {
      const signature = createSign(signatureAlgorithm).update(data).sign(key, "base64");
      return { signature, signatureTimestamp };
    } catch (error) {
      throw new CallError("unusable", context.redactor.redact(`signatureAuth cannot sign: ${error instanceof Error ? error.message : String(error)}`));
    }
  }

  return () => {
    const now = clock.now();
    if (!made || now >= made.until) made = { late: sign(now), until: now + signatureValidityMs - signatureRefreshBufferMs };
    return made.late;
  };
}
