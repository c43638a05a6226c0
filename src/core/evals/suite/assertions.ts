import { didYouMean } from "../../config/suggest.ts";
import { baseType, checkAssertion, definitionOf, KNOWN_TYPES, LATER_TYPES, UNSUPPORTED_TYPES } from "../assertions/registry.ts";
import { comparesColumns } from "../judges/columns.ts";
import type { Assertion, AssertionNode, AssertionSet } from "../model.ts";
import { readGraders, readRubricPrompt } from "./graders.ts";
import { readTransform } from "./code.ts";
import { ASSERTION_KEYS, checkKeys, METEOR_KEYS, SET_KEYS } from "./keys.ts";
import { readScript } from "./scripts.ts";
import { at, isFileReference, isRecord, NONE, type Place, type SuiteSource, withoutScheme } from "./source.ts";

/** The assertions of a test, each checked for what shows before anything runs. */
export async function readAssertions(source: SuiteSource, value: unknown, place: Place): Promise<AssertionNode[]> {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    source.report("error", "bad-assert", "assert is a list of assertions, each {type, value}.", place);
    return [];
  }
  const nodes = await Promise.all(value.map((item, index) => readNode(source, item, at(place, index))));
  // A list that grew has room for many more; its slice has not.
  return nodes.filter((node) => node !== undefined).slice();
}

async function readNode(source: SuiteSource, item: unknown, place: Place): Promise<AssertionNode | undefined> {
  if (!isRecord(item) || typeof item["type"] !== "string") {
    source.report("error", "bad-assert", "An assertion needs a type, such as {type: contains, value: …}.", place);
    return undefined;
  }
  if (item["type"] !== "assert-set") return readAssertion(source, item, item["type"], place);
  checkKeys(source, item, place, SET_KEYS);
  const members = await readAssertions(source, item["assert"], at(place, "assert"));
  for (const { place: where } of members.filter((member) => member.kind === "set")) source.report("error", "bad-assert", "An assert-set cannot hold another one. Put its assertions beside it.", where);
  for (const member of members.filter(comparesColumns)) source.report("error", "bad-assert", `${(member as Assertion).type} compares the columns of a test. Put it beside the assert-set, not into it.`, member.place);
  const set: AssertionSet = { kind: "set", assert: members.filter((member) => member.kind === "assertion"), ...common(source, item, place), place };
  return set;
}

async function readAssertion(source: SuiteSource, item: Record<string, unknown>, type: string, place: Place): Promise<Assertion | undefined> {
  const isMeteor = baseType(type) === "meteor";
  checkKeys(source, item, place, isMeteor ? { ...ASSERTION_KEYS, known: [...ASSERTION_KEYS.known, ...METEOR_KEYS] } : ASSERTION_KEYS);
  const value = await resolvedValue(source, item["value"], type, at(place, "value"));
  // What could not be read is told already: that the value is missing would be the same mistake again.
  if (value === undefined && isFileReference(item["value"])) return undefined;
  const transform = await readTransform(source, item["transform"], at(place, "transform"));
  const contextTransform = await readTransform(source, item["contextTransform"], at(place, "contextTransform"));
  const { threshold, weight, metric } = common(source, item, place);
  const written = isRecord(item["config"]) ? item["config"] : NONE;
  const config = isMeteor ? { ...written, ...meteorWeights(source, item, place) } : written;
  const extras = { ...(transform === undefined ? {} : { transform }), ...(contextTransform === undefined ? {} : { contextTransform }), ...(await judgeOf(source, item, type, place)) };
  // What every assertion has stands first: V8 keeps what follows a spread apart from the object.
  const assertion: Assertion = { kind: "assertion", type, value, threshold, weight, metric, config, place, ...extras };
  return (await isRunnable(source, assertion, () => at(place, "type"), () => (value === undefined ? place : at(place, "value")))) ? assertion : undefined;
}

function meteorWeights(source: SuiteSource, item: Record<string, unknown>, place: Place): Record<string, number> {
  return Object.fromEntries(METEOR_KEYS.flatMap((key) => {
    const value = number(source, item, key, place);
    return value === undefined ? [] : [[key, value] as const];
  }));
}

/** Who is asked, and what, where a type asks anybody. */
async function judgeOf(source: SuiteSource, item: Record<string, unknown>, type: string, place: Place): Promise<Pick<Assertion, "grader" | "rubricPrompt">> {
  if (!definitionOf(type)?.asks) return {};
  return { grader: await readGraders(source, item["provider"], at(place, "provider")), rubricPrompt: await readRubricPrompt(source, item["rubricPrompt"], at(place, "rubricPrompt")) };
}

/** Says what is wrong with an assertion's type or value; `false` when it cannot be judged. */
export async function isRunnable(source: SuiteSource, assertion: Assertion, typeAt: () => Place, valueAt: () => Place): Promise<boolean> {
  const { type } = assertion;
  const base = baseType(type);
  if (!KNOWN_TYPES.has(base)) {
    if (LATER_TYPES.has(base)) source.report("error", "not-yet", `The assertion ${type} cannot be judged yet. Take it out, or run this suite with promptfoo until a later version can.`, typeAt());
    else if (UNSUPPORTED_TYPES.has(base)) source.report("error", "unsupported-assertion", `The assertion ${type} needs a service of promptfoo's and is not supported.`, typeAt());
    else source.report("error", "unknown-assertion", `There is no assertion of type ${JSON.stringify(type)}.${didYouMean(base, [...KNOWN_TYPES])}`, typeAt());
    return false;
  }
  const mistake = await checkAssertion(assertion);
  if (mistake) source.report(mistake.severity, "bad-assertion-value", mistake.message, valueAt());
  return true;
}

function common(source: SuiteSource, item: Record<string, unknown>, place: Place): Pick<Assertion, "threshold" | "weight" | "metric"> {
  return {
    threshold: number(source, item, "threshold", place),
    weight: number(source, item, "weight", place) ?? 1,
    metric: typeof item["metric"] === "string" ? item["metric"] : undefined,
  };
}

export function number(source: SuiteSource, item: Record<string, unknown>, key: string, place: Place): number | undefined {
  const value = item[key];
  if (value === undefined || value === null) return undefined;
  const parsed = typeof value === "number" ? value : typeof value === "string" && value.trim() !== "" ? Number(value) : NaN;
  if (Number.isFinite(parsed)) return parsed;
  source.report("error", "bad-number", `${key} must be a number, not ${JSON.stringify(value)}.`, at(place, key));
  return undefined;
}

/** A `file://` value: data files become their content, scripts stay a reference to an absolute path. */
export async function resolvedValue(source: SuiteSource, value: unknown, type: string, place: Place): Promise<unknown> {
  if (!isFileReference(value)) return value;
  const path = withoutScheme(value);
  const script = /^(.*\.(?:[cm]?[jt]s|py|rb))(:[\w.]+)?$/i.exec(path);
  if (script) {
    // Its content is part of what decides a verdict, so it is read; it runs in a process of its own.
    const file = await readScript(source, script[1] as string, place);
    return file && `file://${file}${script[2] ?? ""}`;
  }
  if (/\.(ya?ml|json)$/i.test(path)) {
    const document = await source.document(path, place);
    return document?.value;
  }
  const read = await source.read(path, place);
  return baseType(type) === "javascript" ? read?.text : read?.text.trim();
}
