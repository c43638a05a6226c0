import { createHash } from "node:crypto";
import type { Format } from "./format.ts";
import { readTask, type Task } from "./instructions.ts";
import { judgeReply } from "./judge.ts";
import { choose, type Classifier, fit, probabilities } from "./learner.ts";
import type { TunedModel } from "./fineTuning/models.ts";
import { ApiError, type CompletionRequest } from "./request.ts";

export interface Completion {
  readonly text: string;
  readonly finishReason: "stop" | "length";
  readonly fingerprint: string;
  readonly usage: Usage;
}

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** Both learn alike; the larger one is less easily led astray by a temperature. */
const MODELS: ReadonlyMap<string, { noise: number }> = new Map([
  ["sandbox-small", { noise: 1 }],
  ["sandbox-large", { noise: 0.5 }],
]);

export const MODEL_NAMES: readonly string[] = [...MODELS.keys()];

const REMEMBERED_FITS = 64;
const CHARACTERS_PER_TOKEN = 4;

/**
 * Answers requests out of what their own messages teach, and a fine-tuned model's out of what it was taught before; a judge prompt is judged
 * instead. What was learnt from a prompt is kept for the next request with the same examples.
 * @throws {ApiError} 404 for a model it does not have.
 */
export function createAnswerer(tunedModel: (name: string) => TunedModel | undefined = () => undefined): (request: CompletionRequest) => Completion {
  const fits = new Map<string, Classifier>();

  const learn = (examples: Task["examples"]): Classifier => {
    const key = JSON.stringify(examples);
    const learnt = fits.get(key) ?? fit(examples);
    fits.delete(key);
    fits.set(key, learnt);
    if (fits.size > REMEMBERED_FITS) fits.delete(fits.keys().next().value!);
    return learnt;
  };

  const perform = (request: CompletionRequest, noise: number, tuned: TunedModel | undefined): string => {
    const task = readTask(request.messages, request.responseFormat);
    const logs = tuned?.judge(task.query);
    if (tuned && logs) return recall(tuned, logs, task, task.examples.length === 0 ? undefined : learn(task.examples), request, noise);
    const answer = task.examples.length === 0 ? echo(task.query) : classify(learn(task.examples), task.query, request, noise);
    return write(answer, task.format);
  };

  return (request) => {
    const tuned = tunedModel(request.model);
    const model = MODELS.get(tuned?.base ?? request.model);
    if (!model) throw new ApiError(404, "model_not_found", `The sandbox has no model ${JSON.stringify(request.model)}. Use ${MODEL_NAMES.join(" or ")}.`, "model");
    const { text, finishReason } = cut(judgeReply(request.messages) ?? perform(request, model.noise, tuned), request);
    const prompt = tokens(request.messages.reduce((sum, message) => sum + message.text.length, 0));
    return {
      text,
      finishReason,
      fingerprint: `fp_${request.model.replace(/[:-]/g, "_")}_1`,
      usage: { prompt_tokens: prompt, completion_tokens: tokens(text.length), total_tokens: prompt + tokens(text.length) },
    };
  };
}

interface Answer {
  readonly label: string;
  /** 0 … 1. */
  readonly confidence: number;
  readonly remark: string;
}

function classify(learnt: Classifier, query: string, request: CompletionRequest, noise: number): Answer {
  const scores = learnt.scores(query);
  const index = choose(scores, request.temperature * noise, request.temperature > 0 ? draw(request) : 0);
  return { label: learnt.labels[index]!, confidence: probabilities(scores, 1)[index]!, remark: echo(query).remark };
}

/** How improbable a label is that was never taught, as a logarithm. */
const UNTAUGHT = -6;

/**
 * What a fine-tuned model answers: of the labels that the prompt has, or of all that it was taught, the one that
 * the prompt's own examples and what was taught before together make most probable.
 */
function recall(tuned: TunedModel, logs: Float64Array, { query, format }: Task, shown: Classifier | undefined, request: CompletionRequest, noise: number): string {
  const labels = shown?.labels ?? tuned.labels;
  const prompted = shown && probabilities(shown.scores(query), 1);
  const taught = new Map(tuned.labels.map((label, at) => [label.toLowerCase(), logs[at]!]));
  const scores = Float64Array.from(labels, (label, at) => 0.1 * ((taught.get(label.toLowerCase()) ?? UNTAUGHT) + (prompted ? Math.log(prompted[at]! + 1e-9) : 0)));
  const index = choose(scores, request.temperature * noise, request.temperature > 0 ? draw(request) : 0);
  const label = labels[index]!;
  if (!format.keys) return tuned.answers[label] ?? label;
  return write({ label, confidence: probabilities(scores, 1)[index]!, remark: echo(query).remark }, format);
}

/** Without labels or examples there is nothing to learn: the answer repeats what it was asked. */
function echo(query: string): Answer {
  const words = query.split(/\s+/).filter((word) => word !== "");
  const text = words.length > 60 ? `${words.slice(0, 60).join(" ")} …` : words.join(" ");
  return { label: `You said: ${text}`, confidence: 0, remark: `You said: ${text}` };
}

function write({ label, confidence, remark }: Answer, { keys }: Format): string {
  if (!keys) return label;
  const values = { label, number: Math.round(confidence * 100) / 100, text: remark };
  return JSON.stringify(Object.fromEntries(keys.map(({ name, holds }) => [name, values[holds]])));
}

function cut(text: string, { stop, maxTokens }: CompletionRequest): Pick<Completion, "text" | "finishReason"> {
  const ends = stop.map((item) => text.indexOf(item)).filter((index) => index >= 0);
  const stopped = ends.length > 0 ? text.slice(0, Math.min(...ends)) : text;
  const limit = (maxTokens ?? Infinity) * CHARACTERS_PER_TOKEN;
  return stopped.length > limit ? { text: stopped.slice(0, limit), finishReason: "length" } : { text: stopped, finishReason: "stop" };
}

function tokens(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}

/** Uniform in [0, 1): with a seed a function of seed, model and messages, else random. */
function draw({ seed, model, messages }: CompletionRequest): number {
  if (seed === undefined) return Math.random();
  return createHash("sha256").update(JSON.stringify([seed, model, messages])).digest().readUIntBE(0, 6) / 2 ** 48;
}
