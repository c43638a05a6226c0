import * as z from "zod";
import { llmopsSchema } from "./schema.ts";

/**
 * The JSON Schema (draft 7, which YAML editors know) of `llmops.yaml` as written: for completion,
 * hovers and checks in any editor. Kept in `media/llmops.schema.json` by `scripts/schema.mjs`.
 */
export function llmopsJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(llmopsSchema, { target: "draft-7", io: "input" }), title: "llmops.yaml" };
}

export function renderJsonSchema(): string {
  return `${JSON.stringify(llmopsJsonSchema(), undefined, 2)}\n`;
}
