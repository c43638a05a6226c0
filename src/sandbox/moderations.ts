import { ApiError, object } from "./request.ts";
import { toJson, type Answer } from "./wire.ts";

export const MODERATION_MODEL = "sandbox-moderation";

/** OpenAI's categories, each with the words that raise it here. It reads words, not meaning. */
const LEXICON: Readonly<Record<string, RegExp>> = {
  harassment: /\b(?:idiots?|stupid|morons?|losers?|pathetic|worthless|shut up|imbeciles?)\b/gi,
  "harassment/threatening": /\b(?:i(?:'ll| will) (?:hurt|find|get) you|watch your back)\b/gi,
  hate: /\b(?:hate (?:all|those|these)|subhuman|vermin|inferior race)\b/gi,
  "hate/threatening": /\b(?:exterminate|wipe them out)\b/gi,
  "self-harm": /\b(?:kill myself|hurt myself|end my life|suicid\w*)\b/gi,
  sexual: /\b(?:porn\w*|nude|explicit sex)\b/gi,
  violence: /\b(?:kill (?:you|him|her|them)|murder\w*|stab\w*|shoot (?:you|him|her|them)|beat you up)\b/gi,
};

/** From this score on a category is flagged; one word reaches it. */
const FLAGGED_FROM = 0.5;

/** Answers `/v1/moderations` in OpenAI's shape. @throws {ApiError} 400 that names the field. */
export function answerModerations(body: unknown): Answer {
  const { input } = object(body, "The body");
  const inputs = typeof input === "string" ? [input] : input;
  if (!Array.isArray(inputs) || inputs.length === 0 || !inputs.every((item): item is string => typeof item === "string")) {
    throw new ApiError(400, "invalid_value", "input must be a string, or a list of strings.", "input");
  }
  return toJson({ id: "modr-sandbox", model: MODERATION_MODEL, results: inputs.map(moderate) });
}

/** Whether any word of the lexicon is in a text. */
export function isFlagged(text: string): boolean {
  return Object.values(LEXICON).some((words) => text.match(words) !== null);
}

function moderate(text: string): object {
  const scores = Object.fromEntries(Object.entries(LEXICON).map(([category, words]) => [category, 1 - 0.4 ** (text.match(words)?.length ?? 0)]));
  const categories = Object.fromEntries(Object.entries(scores).map(([category, score]) => [category, score >= FLAGGED_FROM]));
  return { flagged: Object.values(categories).includes(true), categories, category_scores: scores };
}
