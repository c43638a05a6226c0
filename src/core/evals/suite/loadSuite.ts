import { dirname } from "node:path";
import type { Snapshot } from "../../config/snapshot.ts";
import { createRenderer } from "../../prompts/renderer.ts";
import { type Problem, START } from "../../problem.ts";
import type { Prompt, Suite, SuiteOptions } from "../model.ts";
import { readFilters } from "./filters.ts";
import type { SuiteCode } from "../suiteCode/pool.ts";
import type { StartHooks } from "../hooks/hooks.ts";
import { readExtensions } from "./extensions.ts";
import { type HookedParts, hookedSuite } from "./hookedSuite.ts";
import { readDerivedMetrics } from "./derivedMetrics.ts";
import { isGithubPrompt, readGithubPrompt } from "./githubPrompt.ts";
import { checkKeys, EVALUATE_KEYS, SUITE_KEYS } from "./keys.ts";
import { readPrompts } from "./prompts.ts";
import { readProviders } from "./providers.ts";
import { dereferenced } from "./references.ts";
import { at, isRecord, type Place, placeAt, SuiteSource } from "./source.ts";
import { named } from "../run/series.ts";
import { placeIn } from "./templatePlace.ts";
import { casesOf, readWrittenTests } from "./tests.ts";

export interface LoadOptions {
  readonly snapshot: Snapshot;
  /** Absolute; references must stay inside it. */
  readonly root: string;
  /** Absolute path of the suite's file. */
  readonly file: string;
  /** The environment, with `.env`; kept for providers, which fill it in when they are called. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Runs the code that makes tests; without it they have none. */
  readonly code?: SuiteCode;
  /** The suite is read for a run, which begins with its `beforeAll`. */
  readonly hooks?: { readonly start: StartHooks; readonly signal: AbortSignal };
}

const NO_OPTIONS: SuiteOptions = { maxConcurrency: undefined, repeat: undefined, delay: undefined, timeoutMs: undefined, cache: undefined, env: {} };

/** Reads a suite, promptfoo's or GitHub's, with everything it names. Never throws for what people wrote: that is in `problems`. */
export async function loadSuite({ snapshot, root, file, env, code, hooks }: LoadOptions): Promise<Suite> {
  const source = new SuiteSource(snapshot, root, dirname(file), env, code);
  const whole = { file, range: START };
  const done = (parts: Partial<Suite>): Suite => ({ file, description: undefined, prompts: [], providers: [], cases: [], options: NO_OPTIONS, files: source.files, scripts: source.scripts, problems: deduplicated(source.problems), ...parts });

  const read = await source.read(file, placeAt(whole));
  if (!read) return done({});
  const document = source.parsed(file, read.text);
  if (document.problems.length > 0) return done({});
  const place: Place = { document, path: [] };
  const config = await dereferenced(source, document.value, place);
  if (!isRecord(config)) {
    if (!source.problems.some((problem) => problem.severity === "error")) source.report("error", "empty-suite", `This suite is ${config === null ? "empty" : "no mapping"}. It needs prompts, providers and tests.`, whole);
    return done({});
  }
  if (isGithubPrompt(file)) return done(readGithubPrompt(source, config, place));
  checkKeys(source, config, place, SUITE_KEYS);
  if (isRecord(config["evaluateOptions"])) checkKeys(source, config["evaluateOptions"], at(place, "evaluateOptions"), EVALUATE_KEYS);
  const extensions = await readExtensions(source, config["extensions"], at(place, "extensions"));
  source.keepsWritten = extensions.length > 0 && hooks !== undefined;
  const asWritten = await readPrompts(source, config["prompts"], at(place, "prompts"));
  const key = config["providers"] === undefined ? "targets" : "providers";
  const providers = await readProviders(source, config[key], at(place, key));
  const written: HookedParts = { prompts: asWritten, tests: await readWrittenTests(source, config, place), filters: config["nunjucksFilters"], derivedMetrics: config["derivedMetrics"] };
  const wrong = source.problems.some(({ severity }) => severity === "error");
  const hooked = extensions.length > 0 && hooks && !wrong ? await hookedSuite(source, config, written, providers, hooks.start(extensions), hooks.signal) : undefined;
  const { prompts, tests } = hooked ?? written;
  const cases = await casesOf(source, tests, place);
  await checkTemplates(source, prompts);
  checkNames(source, { prompts, providers, cases });
  const filters = await readFilters(source, (hooked ?? written).filters, at(place, "nunjucksFilters"));
  const derivedMetrics = await readDerivedMetrics(source, (hooked ?? written).derivedMetrics, at(place, "derivedMetrics"));
  return done({
    ...(extensions.length > 0 ? { extensions, remade: hooked?.changed.has("prompts") || hooked?.changed.has("nunjucksFilters") } : {}),
    ...(derivedMetrics.length > 0 ? { derivedMetrics } : {}),
    description: typeof config["description"] === "string" ? config["description"] : undefined,
    prompts,
    providers,
    cases,
    ...(filters === undefined ? {} : { filters }),
    options: suiteOptions(config),
  });
}

function suiteOptions(config: Record<string, unknown>): SuiteOptions {
  const evaluate = isRecord(config["evaluateOptions"]) ? config["evaluateOptions"] : {};
  const command = isRecord(config["commandLineOptions"]) ? config["commandLineOptions"] : {};
  const positive = (name: string) => [command[name], evaluate[name]].find((value): value is number => typeof value === "number" && value > 0);
  const env = isRecord(config["env"]) ? Object.fromEntries(Object.entries(config["env"]).map(([name, value]) => [name, String(value)])) : {};
  const cache = command["cache"] ?? evaluate["cache"];
  return { maxConcurrency: positive("maxConcurrency"), repeat: positive("repeat"), delay: positive("delay"), timeoutMs: positive("timeoutMs"), cache: typeof cache === "boolean" ? cache : undefined, env };
}

/** A template that does not compile is a mistake at its own line in the prompt's file. */
async function checkTemplates(source: SuiteSource, prompts: readonly Prompt[]): Promise<void> {
  if (prompts.length === 0) return;
  const renderer = await createRenderer();
  for (const { template, code, location, dialect = "nunjucks" } of prompts) {
    if (dialect !== "nunjucks" || code) continue;
    const mistake = renderer.check(template);
    if (!mistake) continue;
    const place = placeIn(source, location, template, mistake);
    if (mistake.harmless) source.report("warning", "template-open", `${mistake.message}.`, place);
    else source.report("error", "template-syntax", `This template cannot be read: ${mistake.message}.`, place);
  }
}

/** What is limited to a prompt that does not exist would silently run nowhere; promptfoo stops for a test only. */
function checkNames(source: SuiteSource, { prompts, providers, cases }: Pick<Suite, "prompts" | "providers" | "cases">): void {
  const known = new Set(prompts.flatMap((prompt) => [prompt.key, prompt.label]));
  const told = new Set<string>();
  const asked = providers.flatMap(({ id, label }) => [id, ...(label === undefined ? [] : [label])]);
  for (const { providers: names, place } of cases) {
    for (const name of names ?? []) {
      if (asked.length === 0 || asked.some((candidate) => named(candidate, name)) || told.has(name)) continue;
      told.add(name);
      source.report("error", "unknown-provider-name", `There is no provider ${JSON.stringify(name)} in this suite. Providers are named by their label or id.`, place);
    }
  }
  for (const { of, severity } of [{ of: cases, severity: "error" }, { of: providers, severity: "warning" }] as const) {
    for (const limited of of) {
      for (const name of limited.prompts ?? []) {
        if (name.endsWith("*") || [...known].some((candidate) => named(candidate, name)) || told.has(name)) continue;
        told.add(name);
        source.report(severity, "unknown-prompt", `There is no prompt ${JSON.stringify(name)} in this suite. Prompts are named by their label or path.`, "place" in limited ? limited.place : limited.location());
      }
    }
  }
}

/** One mistake in a default test would else be told once a test. */
function deduplicated(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const key = JSON.stringify(problem);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
