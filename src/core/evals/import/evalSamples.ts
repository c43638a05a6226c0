import { z } from "zod";
import type { Location, Problem } from "../../problem.ts";
import { parsedOr } from "../providers/apiServer.ts";
import { leftOut, unreadable } from "./imported.ts";

const MOST_SAMPLES = 100_000;

const message = z.looseObject({ role: z.string(), content: z.unknown() });
const input = { error: "expected a text or a list of messages" };
const ideal = { error: "expected a text or a list of texts" };
const schema = z.looseObject({ input: z.union([z.string(), z.array(message).min(1, input)], input), ideal: z.union([z.string(), z.array(z.string())], ideal).optional() });

const example = z.looseObject({ sample: z.array(message) });

/** The messages of the first examples of a file; they stand before a question's last message. @throws {ProblemError} */
export function examplesIn(file: string, text: string, count: number): readonly unknown[] {
  const lines = text.split(/\r\n|\n|\r/).map((raw, line) => ({ raw, line })).filter(({ raw }) => raw.trim() !== "");
  return lines.slice(0, count).flatMap(({ raw, line }) => {
    const read = example.safeParse(parsedOr(raw));
    if (read.success) return read.data.sample;
    throw unreadable(file, "An example is an object with its messages as \"sample\".", { file, range: { start: { line, character: 0 }, end: { line, character: raw.length } } });
  });
}

export interface Sample {
  readonly messages: readonly unknown[];
  readonly ideal: readonly string[] | undefined;
  /** Everything else that it holds. */
  readonly more: Readonly<Record<string, unknown>>;
  readonly location: Location;
}

/** The samples of a JSON Lines file, and the lines that are none. A text asks as a system message, as OpenAI Evals asks chat models. */
export function samplesIn(file: string, text: string): { samples: Sample[]; problems: Problem[] } {
  const samples: Sample[] = [];
  const problems: Problem[] = [];
  for (const [line, raw] of text.split(/\r\n|\n|\r/).entries()) {
    if (raw.trim() === "") continue;
    const location: Location = { file, range: { start: { line, character: 0 }, end: { line, character: raw.length } } };
    if (samples.length >= MOST_SAMPLES) throw unreadable(file, `There are more than ${MOST_SAMPLES} samples in it. Import a part of them.`, location);
    let value: unknown;
    try {
      value = JSON.parse(raw);
    } catch (error) {
      problems.push(leftOut(location, `This line is not JSON: ${error instanceof Error ? error.message : String(error)}`));
      continue;
    }
    const parsed = schema.safeParse(value);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      problems.push(leftOut(location, `This sample is left out: ${issue?.path.join(".") || "line"}: ${issue?.message}.`));
      continue;
    }
    const { input, ideal, ...more } = parsed.data;
    samples.push({ messages: typeof input === "string" ? [{ role: "system", content: input }] : input, ideal: typeof ideal === "string" ? [ideal] : ideal, more, location });
  }
  return { samples, problems };
}
