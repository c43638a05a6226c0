import { createHash } from "node:crypto";
import { features } from "./learner.ts";
import { ApiError, object } from "./request.ts";
import { toJson, type Answer } from "./wire.ts";

export const EMBEDDING_MODEL = "sandbox-embed";

const DIMENSIONS = 256;
const MOST_INPUTS = 2048;

/**
 * Answers `/v1/embeddings`: words and character n-grams hashed into 256 signed dimensions, of length 1. Texts
 * that share words are near, others nearly orthogonal; it knows no meaning.
 * @throws {ApiError} 400 that names the field.
 */
export function answerEmbeddings(body: unknown): Answer {
  const fields = object(body, "The body");
  const { input, encoding_format: format = "float" } = fields;
  const inputs = typeof input === "string" ? [input] : input;
  if (fields["model"] !== EMBEDDING_MODEL) throw new ApiError(404, "model_not_found", `The sandbox embeds with the model ${EMBEDDING_MODEL} only.`, "model");
  if (!Array.isArray(inputs) || inputs.length === 0 || inputs.length > MOST_INPUTS || !inputs.every((item): item is string => typeof item === "string")) {
    throw new ApiError(400, "invalid_value", `input must be a string, or up to ${MOST_INPUTS} strings.`, "input");
  }
  if (format !== "float" && format !== "base64") throw new ApiError(400, "invalid_value", "encoding_format must be float or base64.", "encoding_format");
  const data = inputs.map((text, index) => {
    const vector = embed(text);
    return { object: "embedding", index, embedding: format === "base64" ? Buffer.from(Float32Array.from(vector).buffer).toString("base64") : vector };
  });
  const tokens = Math.ceil(inputs.join("").length / 4);
  return toJson({ object: "list", data, model: EMBEDDING_MODEL, usage: { prompt_tokens: tokens, total_tokens: tokens } });
}

/** Of length 1; all zeros for a text without a letter or digit. */
export function embed(text: string): number[] {
  const vector = new Array<number>(DIMENSIONS).fill(0);
  for (const feature of features(text)) {
    const hash = createHash("md5").update(feature).digest();
    vector[hash.readUInt16LE(0) % DIMENSIONS]! += hash[2]! & 1 ? 1 : -1;
  }
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}
