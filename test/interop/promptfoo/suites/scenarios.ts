import type { Example } from "../sides.ts";
import { contains, echoed } from "./support.ts";

const of = (scenarios: unknown, more: object = {}, files: Record<string, string> = {}): Example => ({ config: { ...echoed("{{a}} {{b}} {{c}}", undefined), scenarios, ...more }, files });

/** Sets of data that the same tests run on. */
export const scenarios: Readonly<Record<string, Example>> = {
  "data by tests": of([{ config: [{ vars: { a: "x" } }, { vars: { a: "y" } }], tests: [{ vars: { b: "1" }, assert: [contains("x")] }, { vars: { b: ["2", "3"] } }] }]),
  "tests over data, over the default test": of([{ config: [{ vars: { a: "x", b: "data" }, options: { prefix: "data " }, threshold: 0.5, assert: [contains("x")] }], tests: [{ vars: { b: "test" }, assert: [contains("nope")] }, { options: { prefix: "test " }, threshold: 1 }] }], { defaultTest: { vars: { c: "default" }, assert: [contains("default")], options: { suffix: "!" } } }),
  "after the suite's own tests": of([{ config: [{ vars: { a: "x" } }], tests: [{ vars: { b: "1" } }] }], { tests: [{ vars: { a: "own" } }] }),
  "several, without tests, without data": of([{ config: [{ vars: { a: "x" } }, { vars: { a: "y" } }] }, { config: [{ vars: { a: "z" } }], tests: [{ vars: { b: "1" } }] }]),
  "default assertions that a scenario's data turns off": of([{ config: [{ vars: { a: "x" }, options: { disableDefaultAsserts: true } }], tests: [{ vars: { b: "1" } }] }], { defaultTest: { assert: [contains("nope")] } }),
  "in a file": of("file://s.yaml", {}, { "s.yaml": "- config: [{ vars: { a: x } }]\n  tests: [{ vars: { b: '1' } }]\n" }),
  "in a list of files": of(["file://s.yaml"], {}, { "s.yaml": "config: [{ vars: { a: x } }]\ntests: [{ vars: { b: '1' } }]\n" }),
  "with tests in a file": of([{ config: [{ vars: { a: "x" } }], tests: "file://t.yaml" }], {}, { "t.yaml": "- vars: { b: '1' }\n- vars: { b: '2' }\n" }),
  "with tests in a list of files": of([{ config: [{ vars: { a: "x" } }], tests: ["file://t.yaml", "file://t.csv"] }], {}, { "t.yaml": "- vars: { b: '1' }\n", "t.csv": "b,__expected\n2,contains:x\n" }),
  "none": of([], { tests: [{ vars: { a: "x" } }] }),
};
