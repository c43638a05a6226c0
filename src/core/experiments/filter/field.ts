import { didYouMean } from "../../config/suggest.ts";
import { type Attribute, ATTRIBUTES, type Field, type Sort } from "../../store/experiments/search.ts";
import { FilterError, type Token, tokenize } from "./tokens.ts";

const GROUPS: Readonly<Record<string, Field["of"]>> = { metrics: "metric", metric: "metric", params: "param", param: "param", parameters: "param", parameter: "param", tags: "tag", tag: "tag", attributes: "attribute", attribute: "attribute", attr: "attribute", run: "attribute" };
/** MLflow's names for what is called otherwise here, and what people write. */
const SYNONYMS: Readonly<Record<string, Attribute>> = { run_name: "name", id: "run_id", created: "start_time", started: "start_time", ended: "end_time" };

/** `metrics.accuracy`, `params."learning rate"`, `status`. @throws {FilterError} */
export function parseField({ text, at }: Token): Field {
  const point = text.indexOf(".");
  if (point === -1) return attribute(text, at);
  const group = text.slice(0, point).toLowerCase();
  const of = Object.hasOwn(GROUPS, group) ? GROUPS[group] : undefined;
  const name = text.slice(point + 1).replace(/^(["`])(.*)\1$/s, "$2");
  if (of === undefined) throw new FilterError(`There is no ${JSON.stringify(group)}; a field begins with metrics., params., tags. or attributes.`, at);
  return of === "attribute" ? attribute(name, at) : { of, name };
}

/** `metrics.accuracy desc`; ascending without a word. @throws {FilterError} */
export function parseSort(text: string): Sort {
  const [field, direction, ...rest] = tokenize(text).slice(0, -1);
  if (field?.kind !== "word") throw new FilterError('A sort is a field and "asc" or "desc", such as "metrics.accuracy desc".', field?.at ?? 0);
  const word = direction?.text.toLowerCase() ?? "asc";
  const wrong = word === "asc" || word === "desc" ? rest[0] : direction;
  if (wrong) throw new FilterError(`After the field comes "asc" or "desc", not ${JSON.stringify(wrong.text)}.`, wrong.at);
  return { field: parseField(field), descending: word === "desc" };
}

function attribute(name: string, at: number): Field {
  const known = name.toLowerCase();
  if (Object.hasOwn(ATTRIBUTES, known)) return { of: "attribute", name: known as Attribute };
  if (Object.hasOwn(SYNONYMS, known)) return { of: "attribute", name: SYNONYMS[known]! };
  const names = Object.keys(ATTRIBUTES);
  throw new FilterError(`A run has no ${JSON.stringify(name)}.${didYouMean(name, names)} It has ${names.join(", ")}, and what was logged: metrics.NAME, params.NAME, tags.NAME.`, at);
}
