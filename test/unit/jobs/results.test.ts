import assert from "node:assert/strict";
import fc from "fast-check";
import { isResultLine, resultLines, ResultsLost, resultsIn } from "../../../src/core/jobs/results.ts";

describe("results in a log", () => {
  it("come back as they were, whatever stands between their lines", () => {
    const noise = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", " ")).filter((text) => !isResultLine(text));
    const property = fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.string({ unit: "binary", maxLength: 20_000 })), fc.array(noise), (results, others) => {
      const lines = Object.entries(results).flatMap(([name, text]) => [...resultLines(name, text.toWellFormed())]);
      const log = lines.flatMap((line, at) => [line, ...(others[at] === undefined ? [] : [others[at]])]).join("\n");
      assert.deepEqual(Object.fromEntries(resultsIn(log)), Object.fromEntries(Object.entries(results).map(([name, text]) => [name, text.toWellFormed()])));
    });
    fc.assert(property, { numRuns: 50, examples: [[{ "a b/ü": "" }, []]] });
  });

  it("are short lines, also of a long one", () => {
    const text = Array.from({ length: 20_000 }, (_, at) => Math.sin(at)).join();
    const lines = [...resultLines("a", text)];
    assert.ok(lines.length > 10 && lines.every((line) => line.length < 4300 && isResultLine(line)));
    assert.equal(resultsIn(lines.reverse().join("\r\n")).get("a"), text);
  });

  it("that lack a line, or were changed, are an error and no result", () => {
    const lines = [...resultLines("suite.yaml", Array.from({ length: 5000 }, (_, at) => Math.cos(at)).join())];
    assert.throws(() => resultsIn(lines.slice(1).join("\n")), (error) => error instanceof ResultsLost && /only a part of the result suite\.yaml/.test(error.message));
    const changed = lines.map((line, at) => (at === 0 ? line.replace(/[A-Za-z0-9]$/, "+") : line));
    assert.throws(() => resultsIn(changed.join("\n")), ResultsLost);
  });

  it("written once more after a restart are the last whole ones", () => {
    const log = [...resultLines("a", "first"), ...resultLines("a", "second")].join("\n");
    assert.equal(resultsIn(log).get("a"), "second");
  });
});
