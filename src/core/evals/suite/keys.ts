import { didYouMean } from "../../config/suggest.ts";
import { at, type Place, type SuiteSource } from "./source.ts";

interface KeyTable {
  /** What a person calls the thing the keys belong to. */
  readonly of: string;
  readonly known: readonly string[];
  /** Keys that a later version brings, with what they are. */
  readonly later?: Readonly<Record<string, string>>;
}

export const SUITE_KEYS: KeyTable = {
  of: "a suite",
  known: ["description", "tags", "prompts", "providers", "targets", "tests", "scenarios", "defaultTest", "outputPath", "env", "evaluateOptions", "commandLineOptions", "metadata", "sharing", "$schema", "assertionTemplates", "derivedMetrics", "version", "author", "nunjucksFilters", "extensions"],
  later: { redteam: "Red teaming", tracing: "Tracing" },
};

export const GITHUB_KEYS: KeyTable = {
  of: "a .prompt.yml",
  known: ["name", "description", "model", "modelParameters", "responseFormat", "jsonSchema", "messages", "testData", "evaluators"],
};

export const GITHUB_LLM_KEYS: KeyTable = {
  of: "an llm evaluator",
  known: ["modelId", "systemPrompt", "prompt", "choices"],
};

export const TEST_KEYS: KeyTable = {
  of: "a test",
  known: ["description", "vars", "provider", "providers", "prompts", "providerOutput", "assert", "assertScoringFunction", "threshold", "metadata", "options"],
};

export const OPTION_KEYS: KeyTable = {
  of: "a test's options",
  known: ["prefix", "suffix", "transform", "postprocess", "transformVars", "repeat", "runSerially", "storeOutputAs", "disableConversationVar", "disableVarExpansion", "disableDefaultAsserts", "provider", "rubricPrompt", "factuality", "temperature", "max_tokens", "max_completion_tokens", "top_p", "seed", "stop", "presence_penalty", "frequency_penalty", "response_format", "tools", "tool_choice"],
};

export const SCENARIO_KEYS: KeyTable = { of: "a scenario", known: ["description", "config", "tests"] };

export const ASSERTION_KEYS: KeyTable = {
  of: "an assertion",
  known: ["type", "value", "threshold", "weight", "metric", "config", "transform", "contextTransform", "provider", "rubricPrompt", "description"],
};

/** Of `meteor` alone. */
export const METEOR_KEYS = ["alpha", "beta", "gamma"] as const;

/** What of `evaluateOptions` means nothing here is known all the same. */
export const EVALUATE_KEYS: KeyTable = {
  of: "evaluateOptions",
  known: ["cache", "delay", "maxConcurrency", "repeat", "timeoutMs", "showProgressBar", "interactiveProviders", "generateSuggestions", "suggestionsCount", "silent"],
  later: { maxEvalTimeMs: "A time limit for a whole run", filterRange: "A range of tests" },
};

export const SET_KEYS: KeyTable = { of: "an assert-set", known: ["type", "assert", "threshold", "weight", "metric", "config"] };

export const PROVIDER_KEYS: KeyTable = { of: "a provider", known: ["id", "label", "config", "prompts", "delay", "env", "inputs", "transform"] };

/** Says of every key that is not known, or not yet. `__` and `x-` keys are a person's own. */
export function checkKeys(source: SuiteSource, value: Readonly<Record<string, unknown>>, place: Place, table: KeyTable): void {
  for (const key of Object.keys(value)) {
    const later = table.later?.[key];
    if (later !== undefined) source.notYet(later, at(place, key));
    else if (!table.known.includes(key) && !/^(__|x-|\$)/.test(key)) source.report("warning", "unknown-key", `${JSON.stringify(key)} is not a key of ${table.of}: it is ignored.${didYouMean(key, table.known)}`, at(place, key), "key");
  }
}
