import type { GithubLlm } from "../judges/githubLlm.ts";
import { GITHUB_SCALES } from "../judges/githubScale.ts";
import { type Assertion, BARE_CASE, type Case, type Graders, type Prompt, type ProviderSpec, type Suite } from "../model.ts";
import { relativePosix } from "../../config/settings.ts";
import { openAiParameters } from "../../prompts/formats/promptFile.ts";
import { caseIds } from "./caseIds.ts";
import { checkKeys, GITHUB_KEYS, GITHUB_LLM_KEYS } from "./keys.ts";
import { at, isRecord, locationOf, type Place, type SuiteSource } from "./source.ts";

const OPERATORS = ["equals", "contains", "startsWith", "endsWith"] as const;
const ROLES = ["system", "user", "assistant"];

/** Whether a file is a prompt of GitHub's with its own tests and graders. */
export function isGithubPrompt(file: string): boolean {
  return /\.prompt\.ya?ml$/i.test(file);
}

/**
 * GitHub Models' `.prompt.yml`: one file is prompt, tests and graders. The service was shut down on 2026-07-30;
 * the files run on any endpoint: the one that `llmops.yaml` names for them, else OpenAI's own protocol.
 */
export function readGithubPrompt(source: SuiteSource, config: Record<string, unknown>, place: Place): Pick<Suite, "description" | "prompts" | "providers" | "cases"> {
  checkKeys(source, config, place, GITHUB_KEYS);
  const description = text(config["description"]) ?? text(config["name"]);
  const prompt = readPrompt(source, config, place);
  return { description, prompts: prompt ? [prompt] : [], providers: readProvider(source, config, place), cases: readCases(source, config, place) };
}

function readPrompt(source: SuiteSource, config: Record<string, unknown>, place: Place): Prompt | undefined {
  const messages = config["messages"];
  const here = at(place, "messages");
  if (!Array.isArray(messages) || messages.length === 0) {
    source.report("error", "no-prompts", "This prompt has no messages. Add e.g. messages: [{role: user, content: …}].", messages === undefined ? place : here);
    return undefined;
  }
  for (const [index, message] of (messages as unknown[]).entries()) {
    const ok = isRecord(message) && ROLES.includes(String(message["role"])) && typeof message["content"] === "string";
    if (!ok) source.report("error", "bad-prompt", "A message is {role: system, user or assistant, content: text}.", at(here, index));
  }
  const label = text(config["name"]) ?? relativePosix(source.root, place.document.file);
  return {
    key: label,
    label,
    template: JSON.stringify(messages.map((message: Record<string, unknown>) => ({ role: message["role"], content: message["content"] }))),
    dialect: "literal",
    config: {},
    location: locationOf(here),
  };
}

function readProvider(source: SuiteSource, config: Record<string, unknown>, place: Place): ProviderSpec[] {
  const model = text(config["model"]);
  if (model === undefined) {
    source.report("error", "no-model", "This prompt names no model. Add model: publisher/name.", place);
    return [];
  }
  const parameters = isRecord(config["modelParameters"]) ? openAiParameters(config["modelParameters"]) : {};
  return [
    {
      id: `openai:chat:${withoutPublisher(model)}`,
      label: undefined,
      config: { ...parameters, ...responseFormat(source, config, place) },
      prompts: undefined,
      delay: undefined,
      env: {},
      location: () => locationOf(at(place, "model")),
    },
  ];
}

function responseFormat(source: SuiteSource, config: Record<string, unknown>, place: Place): Record<string, unknown> {
  switch (config["responseFormat"]) {
    case undefined:
    case "text":
      return {};
    case "json_object":
      return { response_format: { type: "json_object" } };
    case "json_schema":
      try {
        return { response_format: { type: "json_schema", json_schema: JSON.parse(String(config["jsonSchema"])) as unknown } };
      } catch (error) {
        source.report("error", "bad-json-schema", `jsonSchema must be JSON: ${error instanceof Error ? error.message : String(error)}`, at(place, "jsonSchema"));
        return {};
      }
    default:
      source.report("error", "bad-response-format", "responseFormat is text, json_object or json_schema.", at(place, "responseFormat"));
      return {};
  }
}

function readCases(source: SuiteSource, config: Record<string, unknown>, place: Place): Case[] {
  const assert = readEvaluators(source, config["evaluators"], at(place, "evaluators"));
  const rows = config["testData"];
  const here = at(place, "testData");
  if (!Array.isArray(rows) || rows.length === 0) {
    source.report("information", "no-tests", "This prompt has no testData: there is nothing to run it on.", rows === undefined ? place : here);
    return [];
  }
  const idOf = caseIds();
  return (rows as unknown[]).flatMap((row, index): Case[] => {
    const where = at(here, index);
    if (!isRecord(row)) {
      source.report("error", "bad-test", "A row of testData is an object of variables, such as {input: …, expected: …}.", where);
      return [];
    }
    return [
      {
        id: idOf({ description: undefined, vars: row }),
        index,
        description: undefined,
        vars: row,
        assert,
        ...BARE_CASE,
        place: where,
      },
    ];
  });
}

function readEvaluators(source: SuiteSource, value: unknown, place: Place): Assertion[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    source.report("error", "bad-assert", "evaluators is a list, each {name, string | llm | uses}.", place);
    return [];
  }
  return (value as unknown[]).flatMap((item, index) => {
    const where = at(place, index);
    const assertion = isRecord(item) ? readEvaluator(source, item, where) : undefined;
    if (!isRecord(item)) source.report("error", "bad-assert", "An evaluator is {name, string | llm | uses}.", where);
    return assertion ? [assertion] : [];
  });
}

function readEvaluator(source: SuiteSource, item: Record<string, unknown>, place: Place): Assertion | undefined {
  const make = (type: string, assertionValue: unknown): Assertion => ({ kind: "assertion", type, value: assertionValue, threshold: undefined, weight: 1, metric: text(item["name"]), config: {}, place });
  if (isRecord(item["string"])) {
    const rule = item["string"];
    // Of several operators only the first in GitHub's own order counts.
    const operator = OPERATORS.find((name) => rule[name] !== undefined);
    if (operator) return make("github-string", { operator, text: String(rule[operator]) });
    source.report("error", "bad-assert", `string needs one of ${OPERATORS.join(", ")}.`, at(place, "string"));
    return undefined;
  }
  if (isRecord(item["llm"])) {
    const here = at(place, "llm");
    const asks = readLlm(source, item["llm"], here);
    return asks && { ...make("github-llm", asks), grader: judgeOf(text(item["llm"]["modelId"]) ?? STANDARD_JUDGE, here) };
  }
  if (typeof item["uses"] === "string") {
    const name = item["uses"].replace(/^github\//, "");
    if (item["uses"] !== name && GITHUB_SCALES.includes(name)) return { ...make("github-scale", name), grader: judgeOf(STANDARD_JUDGE, at(place, "uses")) };
    source.report("error", "unknown-assertion", `There is no evaluator ${JSON.stringify(item["uses"])}. There are ${GITHUB_SCALES.map((scale) => `github/${scale}`).join(", ")}.`, at(place, "uses"));
    return undefined;
  }
  source.report("error", "bad-assert", "An evaluator needs string, llm or uses.", place);
  return undefined;
}

/** GitHub's own evaluators ask it. */
const STANDARD_JUDGE = "openai/gpt-4o";

function judgeOf(model: string, place: Place): Graders {
  return { text: { id: `openai:chat:${withoutPublisher(model)}`, label: undefined, config: {}, prompts: undefined, delay: undefined, env: {}, location: () => locationOf(place) }, unlessEndpoint: true };
}

function withoutPublisher(model: string): string {
  return model.replace(/^[^/]+\//, "");
}

function readLlm(source: SuiteSource, llm: Record<string, unknown>, place: Place): GithubLlm | undefined {
  checkKeys(source, llm, place, GITHUB_LLM_KEYS);
  const prompt = text(llm["prompt"]);
  const choices = llm["choices"];
  if (prompt === undefined) source.report("error", "bad-assert", 'llm needs the question to the judge as "prompt"; {{completion}} stands for the output.', llm["prompt"] === undefined ? place : at(place, "prompt"));
  if (!Array.isArray(choices) || choices.length === 0) {
    source.report("error", "bad-assert", 'llm needs "choices": what the judge may answer, each {choice, score}.', choices === undefined ? place : at(place, "choices"));
    return undefined;
  }
  const read = (choices as unknown[]).flatMap((item, index): GithubLlm["choices"] => {
    if (isRecord(item) && (typeof item["choice"] === "string" || typeof item["choice"] === "number") && String(item["choice"]) !== "" && typeof item["score"] === "number") return [{ choice: String(item["choice"]), score: item["score"] }];
    source.report("error", "bad-assert", "A choice is {choice: a text of the judge's answer, score: a number}.", at(place, "choices", index));
    return [];
  });
  return prompt === undefined || read.length < choices.length ? undefined : { systemPrompt: text(llm["systemPrompt"]), prompt, choices: read };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
