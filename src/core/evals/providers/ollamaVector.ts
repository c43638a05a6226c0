import { z } from "zod";
import { answerReader } from "./jsonApi.ts";

/** What an answer of /api/embed must have: a vector for the one text that was sent. */
const schema = z.looseObject({ model: z.string().nullish(), embeddings: z.tuple([z.array(z.number()).min(1)], z.unknown()), prompt_eval_count: z.number().optional() });

export const ollamaVectorReader = answerReader(schema, "an embedding", ({ embeddings: [vector], prompt_eval_count: input }) => ({
  output: vector,
  usage: input === undefined ? undefined : { input, output: 0 },
  finishReason: undefined,
  fingerprint: undefined,
}));
