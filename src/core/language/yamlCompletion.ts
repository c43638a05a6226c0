import { basename, dirname, extname } from "node:path";
import { BUILT_IN_METRICS } from "../config/gates.ts";
import { CONFIG_FILE } from "../config/root.ts";
import { KNOWN_TYPES } from "../evals/assertions/registry.ts";
import { ASSERTION_KEYS, EVALUATE_KEYS, GITHUB_KEYS, OPTION_KEYS, SCENARIO_KEYS, SUITE_KEYS, TEST_KEYS } from "../evals/suite/keys.ts";
import type { Proposal } from "./completion.ts";
import { isSuiteFile, type LanguageIndex } from "./index.ts";
import { child, entriesOf, treeOf } from "./yamlNodes.ts";
import { type YamlPlace, yamlPlaceAt } from "./yamlPlace.ts";

const GITHUB_EVALUATORS = ["github/similarity", "github/coherence", "github/fluency", "github/relevance", "github/groundedness"];

/** Keys and values of suites and of llmops.yaml. Keys of llmops.yaml are its schema's: editors complete those. */
export async function completeYaml(index: LanguageIndex, file: string, text: string, offset: number): Promise<Proposal[]> {
  const place = yamlPlaceAt(text, offset);
  const range = { start: place.start, end: offset };
  const values = (names: Iterable<string>, kind: Proposal["kind"], detail?: string): Proposal[] => [...new Set(names)].map((name) => ({ label: name, kind, insert: name, ...(detail === undefined ? {} : { detail }), ...range }));
  const keys = (names: Iterable<string>): Proposal[] => [...new Set(names)].map((name) => ({ label: name, kind: "key", insert: `${name}: `, ...range }));
  if (basename(file) === CONFIG_FILE) return inConfig(text, place, values);
  if (!isSuiteFile(file) && !index.isData(file)) return [];
  return place.isValue ? valuesAt(index, file, place, values) : keysAt(index, file, place, keys, values);
}

type Make = (names: Iterable<string>, kind: Proposal["kind"], detail?: string) => Proposal[];

function inConfig(text: string, { key, isValue, path }: YamlPlace, values: Make): Proposal[] {
  const tree = treeOf(text);
  const names = (section: string) => entriesOf(child(tree, section)).map((entry) => entry.key.text);
  if (isValue && (key === "endpoint" || key === "judge" || key === "candidate")) return values(names("endpoints"), "value", "endpoint");
  if (isValue && key === "rollout") return values(names("rollouts"), "value", "rollout");
  if (isValue && key === "train") return values(names("training"), "value", "training");
  if (!isValue && path.at(-1) === "gate") return values(Object.keys(BUILT_IN_METRICS), "value", "metric").map((proposal) => ({ ...proposal, insert: `${proposal.label}: ` }));
  return [];
}

async function valuesAt(index: LanguageIndex, file: string, { path, key, typed }: YamlPlace, values: Make): Promise<Proposal[]> {
  if (typed.startsWith("file://")) return filesAt(index, file, typed, values);
  if (key === "type") return [...values(KNOWN_TYPES, "type", "assertion"), ...values([...KNOWN_TYPES].map((type) => `not-${type}`), "type", "assertion, reversed"), ...values(["assert-set"], "type", "several assertions as one")];
  if (key === "metric") return values(index.allSuites().flatMap(({ text }) => text.metrics), "value", "metric");
  if (key === "role") return values(["system", "user", "assistant"], "value", "role");
  if (key === "uses" && path.at(-1) === "evaluators") return values(GITHUB_EVALUATORS, "value", "evaluator");
  if (key === "model" || key === "modelId" || key === "provider" || (key === "id" && (path.at(-1) === "providers" || path.at(-1) === "targets"))) return values(modelsOf(index), "value", "used in this workspace");
  return [];
}

async function keysAt(index: LanguageIndex, file: string, { path, typed }: YamlPlace, keys: (names: Iterable<string>) => Proposal[], values: Make): Promise<Proposal[]> {
  const parent = path.at(-1);
  if (typed.startsWith("file://")) return filesAt(index, file, typed, values);
  const isGithub = /\.prompt\.ya?ml$/i.test(file);
  if (parent === "vars" || (isGithub && parent === "testData")) return keys(namesRead(index, file));
  switch (parent) {
    case undefined:
      return index.isData(file) && !isSuiteFile(file) ? keys(TEST_KEYS.known) : keys(isGithub ? GITHUB_KEYS.known : SUITE_KEYS.known);
    case "assert":
      return keys(ASSERTION_KEYS.known);
    case "tests":
    case "defaultTest":
      return keys(TEST_KEYS.known);
    case "options":
      return keys(OPTION_KEYS.known);
    case "scenarios":
      return keys(SCENARIO_KEYS.known);
    case "evaluateOptions":
      return keys(EVALUATE_KEYS.known);
    case "messages":
      return keys(["role", "content"]);
    case "providers":
    case "targets":
      return [...keys(["id", "label", "config"]), ...values(modelsOf(index), "value", "used in this workspace")];
    default:
      return [];
  }
}

/** Variables that the prompts of a suite read. */
function namesRead(index: LanguageIndex, file: string): string[] {
  return index.suitesOf(file).flatMap((suite) => index.promptsOf(suite).flatMap(({ regions }) => regions.flatMap(({ template }) => template.uses.map(({ name }) => name))));
}

function modelsOf(index: LanguageIndex): string[] {
  return index.allSuites().flatMap(({ text }) => text.providers);
}

/** Files below the folder that is typed so far. */
async function filesAt(index: LanguageIndex, file: string, typed: string, values: Make): Promise<Proposal[]> {
  const written = typed.slice("file://".length);
  const folder = written.includes("/") ? written.slice(0, written.lastIndexOf("/") + 1) : "";
  const found = await index.glob(`${folder}*`, dirname(file));
  return values(found.filter((path) => path !== file && extname(path) !== "").map((path) => `file://${folder}${basename(path)}`), "file");
}
