import { z } from "zod";

/** What a webhook says of an output. */
export const webhookAnswer = z.looseObject({ pass: z.boolean(), score: z.number().nullish(), reason: z.string().nullish() });
