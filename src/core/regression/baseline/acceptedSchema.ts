import { z } from "zod";

export const acceptedSchema = z.object({
  accepted: z.object({ at: z.iso.datetime(), commit: z.string().optional() }),
  /** Posix path relative to the root → the text's lines, so that a review shows what changed. */
  files: z.record(z.string(), z.object({ sha256: z.string(), lines: z.array(z.string()) })),
  /** Series → what it had reached: a case a line, passes and the sum of its scores over `runs`. */
  series: z.record(z.string(), z.object({ runs: z.number().int().positive(), cases: z.record(z.string(), z.tuple([z.number(), z.number()])) })),
});

export const fileSchema = z.object({ version: z.literal(1), suites: z.record(z.string(), acceptedSchema) });
