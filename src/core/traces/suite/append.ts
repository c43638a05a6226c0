import { type Document, isMap, isScalar, isSeq, parseDocument, YAMLSeq } from "yaml";
import type { NewCase } from "./caseOf.ts";
import { NoCase } from "./caseOf.ts";
import { withRow } from "./csvRow.ts";

/** A file with what is to be written into it. */
export interface Edit {
  /** Relative to the suite's folder; `undefined`: the suite's own file. */
  readonly file: string | undefined;
  readonly text: string;
}

/**
 * The edit that adds a case to a suite: to the file that its tests are in, where that is one of YAML, JSON, JSONL or CSV
 * that takes it, else to the list in the suite itself. Comments and layout stay.
 * @param read the text of a file named in the suite. @throws {NoCase} for what cannot be read.
 */
export async function appended(suite: string, test: NewCase, read: (file: string) => Promise<string>, isGithub: boolean): Promise<Edit> {
  const document = parsed(suite, "The suite");
  if (!isMap(document.contents)) throw new NoCase("The suite is no mapping. Mend it first.");
  if (isGithub) return { file: undefined, text: withItem(document, suite, ["testData"], { ...test.vars, ...(test.expected === undefined ? {} : { expected: test.expected }) }) };
  const written = writtenCase(test);
  const tests = document.get("tests", true);
  const file = isScalar(tests) && typeof tests.value === "string" ? tests.value.replace(/^file:\/\//, "") : undefined;
  if (file !== undefined && !/[*?{[]/.test(file)) {
    if (/\.jsonl$/i.test(file)) return { file, text: withLine(await read(file), JSON.stringify(written)) };
    if (/\.json$/i.test(file)) return { file, text: withElement(await read(file), file, written) };
    if (/\.csv$/i.test(file)) {
      const text = withRow(await read(file), test);
      if (text !== undefined) return { file, text };
    }
    if (/\.ya?ml$/i.test(file)) {
      const text = await read(file);
      return { file, text: withItem(parsed(text, file), text, [], written) };
    }
  }
  // A file of another format, or code, stays as it is: the list has it and the case.
  if (tests !== undefined && !isSeq(tests) && !(isScalar(tests) && tests.value === null)) {
    const list = new YAMLSeq();
    list.add(tests);
    document.set("tests", list);
  }
  return { file: undefined, text: withItem(document, suite, ["tests"], written) };
}

function writtenCase({ vars, expected, metadata }: NewCase): object {
  return { vars, ...(expected === undefined ? {} : { assert: [{ type: "equals", value: expected }] }), metadata };
}

function withItem(document: Document, text: string, path: readonly string[], item: object): string {
  const list = path.length === 0 ? document.contents : document.getIn(path, true);
  const node = document.createNode(item);
  if (isSeq(list)) {
    // A flow list of one line would become one very long line.
    list.flow = false;
    list.add(node);
  } else if (list === undefined || list === null || (isScalar(list) && list.value === null)) {
    const fresh = new YAMLSeq();
    fresh.add(node);
    if (path.length === 0) document.contents = fresh as unknown as typeof document.contents;
    else document.setIn(path, fresh);
  } else throw new NoCase(`${path.join(".") || "The file with the tests"} is no list of tests. Mend it first.`);
  const written = document.toString({ lineWidth: 0, flowCollectionPadding: true });
  return text.includes("\r\n") ? written.replaceAll(/\r?\n/g, "\r\n") : written;
}

function withLine(text: string, line: string): string {
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  return `${text}${text === "" || text.endsWith("\n") ? "" : end}${line}${end}`;
}

function withElement(text: string, file: string, item: object): string {
  let list: unknown;
  try {
    list = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new NoCase(`${file} is no JSON (${(error as Error).message}). Mend it first.`);
  }
  if (!Array.isArray(list)) throw new NoCase(`${file} is no list of tests. Mend it first.`);
  const [, indent = "  "] = /\n([ \t]+)\S/.exec(text) ?? [];
  return `${JSON.stringify([...(list as unknown[]), item], null, indent)}\n`;
}

function parsed(text: string, name: string): Document {
  const document = parseDocument(text.replace(/^\uFEFF/, ""));
  const [error] = document.errors;
  if (error) throw new NoCase(`${name} cannot be read (${error.message.split("\n")[0]}). Mend it first.`);
  return document;
}
