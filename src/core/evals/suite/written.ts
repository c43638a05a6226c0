import type { Draft } from "./draft.ts";
import { isRecord } from "./source.ts";

type Written = Readonly<Record<string, unknown>>;

/** A test as hooks see it: as it is written, or as a table says it in other words. */
export function writtenTest({ written, description, vars, assert, options, metadata, threshold, providerOutput }: Draft): Written {
  if (written) return written;
  const assertions = assert.flatMap((node) => (node.kind === "set" ? [] : [{ type: node.type, value: node.value, threshold: node.threshold, metric: node.metric }]));
  return defined({ description, vars, assert: assertions.map(defined), options, metadata, threshold, providerOutput });
}

/** What is written of a test over what is of another one, as promptfoo lays the one over the other. */
export function writtenOver(below: Written | undefined, test: Written, withAssertions = true): Written {
  const both = (key: string) => ({ ...record(below?.[key]), ...record(test[key]) });
  const assert = [below, test].flatMap((one) => (Array.isArray(one?.["assert"]) && (one === test || withAssertions) ? (one["assert"] as unknown[]) : []));
  return { ...below, ...test, vars: both("vars"), options: both("options"), metadata: both("metadata"), assert };
}

function record(value: unknown): Written {
  return isRecord(value) ? value : {};
}

function defined(value: Written): Written {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined));
}
