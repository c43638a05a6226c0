import { z } from "zod";

/** What a chat completion must have, and what else is read of it. */
export const answerSchema = z.looseObject({
  model: z.string().optional(),
  system_fingerprint: z.string().nullish(),
  choices: z
    .array(
      z.looseObject({
        text: z.string().nullish(),
        finish_reason: z.string().nullish(),
        // Completions of the older kind have other log probabilities, which promptfoo does not read either.
        logprobs: z.looseObject({ content: z.array(z.looseObject({ logprob: z.number() })).nullish().catch(undefined) }).nullish().catch(undefined),
        message: z
          .looseObject({
            content: z.unknown(),
            refusal: z.string().nullish(),
            reasoning: z.string().nullish().catch(undefined),
            reasoning_content: z.string().nullish().catch(undefined),
            tool_calls: z.array(z.unknown()).nullish(),
            function_call: z.unknown().optional(),
          })
          .optional(),
      }),
    )
    .min(1),
  usage: z.looseObject({ prompt_tokens: z.number().nullish(), completion_tokens: z.number().nullish() }).nullish(),
});
