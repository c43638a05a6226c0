import { languageOf, loadLanguages } from "../../evals/instructions/language.ts";
import type { CaseTally, SeriesTally } from "../../evals/run/tally.ts";
import { passPairs } from "../../regression/pairs.ts";
import { pairedInterval } from "../../regression/statistics/interval.ts";
import { signFlipMidP } from "../../regression/statistics/signFlip.ts";
import { benjaminiHochberg } from "./benjaminiHochberg.ts";

/** Cases that a group needs to be looked at, and values that a variable may have to make groups. */
const FEWEST_CASES = 10;
const MOST_VALUES = 12;
const LONGEST_VALUE = 60;
const LANGUAGES = ["eng", "deu", "fra", "spa", "ita", "por", "nld", "pol"];
const ALPHA = 0.05;

/** How a group of cases fares with the candidate. */
export interface Slice {
  /** `category = refund`, `length: longest third`, `language: fra`. */
  readonly name: string;
  readonly cases: number;
  /** Accuracy, 0 … 1. */
  readonly production: number;
  readonly candidate: number;
  /** 90 %. */
  readonly interval: readonly [number, number];
  /** One-sided for worse, adjusted over all slices (Benjamini–Hochberg). */
  readonly p: number;
  readonly isWorse: boolean;
}

/** The groups of a series' cases by the values of their variables, by length and by language. A group that is proven worse is one that a better mean hides. */
export async function slicesOf({ cases }: Pick<SeriesTally, "cases">, repeats: number): Promise<Slice[]> {
  await loadLanguages();
  const found = [...byVariable(cases), ...byLength(cases), ...byLanguage(cases)].flatMap(({ name, members }) => {
    const pairs = passPairs(members, repeats, "leave-out");
    if (pairs.length < FEWEST_CASES || pairs.length === cases.length) return [];
    const differences = pairs.map(({ current, baseline }) => current - baseline);
    const mean = (side: "current" | "baseline") => pairs.reduce((sum, pair) => sum + pair[side], 0) / (pairs.length * repeats);
    const { low, high } = pairedInterval(differences.map((difference) => difference / repeats));
    return [{ name, cases: pairs.length, production: mean("baseline"), candidate: mean("current"), interval: [low, high] as const, p: signFlipMidP(differences).less }];
  });
  const adjusted = benjaminiHochberg(found.map(({ p }) => p));
  return found.map((slice, at) => ({ ...slice, p: adjusted[at]!, isWorse: adjusted[at]! <= ALPHA && slice.candidate < slice.production }));
}

interface Group {
  readonly name: string;
  readonly members: readonly CaseTally[];
}

function byVariable(cases: readonly CaseTally[]): Group[] {
  const names = new Set(cases.flatMap(({ test }) => [...Object.keys(test.vars), ...Object.keys(test.metadata).filter((name) => name !== "id")]));
  return [...names].flatMap((name) => {
    const values = Map.groupBy(cases, ({ test }) => String(test.vars[name] ?? test.metadata[name] ?? ""));
    const isLabel = values.size > 1 && values.size <= MOST_VALUES && [...values.keys()].every((value) => value !== "" && value.length <= LONGEST_VALUE);
    return isLabel ? [...values].map(([value, members]) => ({ name: `${name} = ${value}`, members })) : [];
  });
}

function byLength(cases: readonly CaseTally[]): Group[] {
  const sorted = cases.map((item) => ({ item, length: textOf(item).length })).sort((a, b) => a.length - b.length);
  const third = Math.ceil(sorted.length / 3);
  return ["shortest", "middle", "longest"].map((name, at) => ({ name: `length: ${name} third`, members: sorted.slice(at * third, (at + 1) * third).map(({ item }) => item) }));
}

function byLanguage(cases: readonly CaseTally[]): Group[] {
  const languages = Map.groupBy(cases, (item) => languageOf(textOf(item), LANGUAGES) ?? "");
  return [...languages].flatMap(([language, members]) => (language === "" ? [] : [{ name: `language: ${language}`, members }]));
}

function textOf({ test }: CaseTally): string {
  return Object.values(test.vars).filter((value) => typeof value === "string").join(" ");
}
