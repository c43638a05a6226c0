import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { mutantsOf } from "../../../src/core/regression/mutants/mutate.ts";
import { ROOT } from "../engine.ts";

describe("mutants of a prompt", () => {
  const sample = readFileSync(join(ROOT, "samples/support/prompts/triage.txt"), "utf8");

  it("are damages of every kind, each of one part, and controls", () => {
    const mutants = mutantsOf(sample);
    const damages = mutants.filter(({ isControl }) => !isControl);
    assert.equal(damages.length, 12);
    assert.deepEqual([...new Set(damages.map(({ kind }) => kind))].sort(), ["example", "format", "label", "negation", "sentence", "swap"].filter((kind) => damages.some((mutant) => mutant.kind === kind)).sort());
    for (const kind of ["example", "format", "sentence", "label", "swap"]) assert.ok(damages.some((mutant) => mutant.kind === kind), kind);
    assert.deepEqual(mutants.filter(({ isControl }) => isControl).map(({ kind }) => kind), ["space", "order"]);
    for (const { text } of mutants) assert.notEqual(text, sample);
    assert.ok(mutants.every(({ text }) => text.includes("{{message}}")), "no variable is lost");
  });

  it("are the same for the same seed, and few for any text", () => {
    assert.deepEqual(mutantsOf(sample, 3), mutantsOf(sample, 3));
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("must not", "only", "Answer. ", "a, b, c", ": ", "\n", '"x" -> y\n', "{{a}}", " "), maxLength: 40 }), (text) => {
        const mutants = mutantsOf(text);
        assert.ok(mutants.length <= 14);
        for (const mutant of mutants.filter(({ isControl }) => !isControl)) assert.notEqual(mutant.text, text);
      }),
    );
  });
});
