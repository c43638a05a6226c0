import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../engine.ts";

const ENGINE = join(ROOT, "dist/engine");

describe("the built engine", () => {
  it("loads a run's modules in few chunks, and of them none for a suite's own code", () => {
    const runs = loaded(entry("eval"));
    assert.ok(runs.size > 1 && runs.size <= 20, `a run loads ${runs.size} chunks: ${[...runs].join(", ")}`);
    const largest = [...runs].sort((a, b) => size(b) - size(a))[0] as string;
    assert.ok(!loaded(entry("suiteCode")).has(largest), `the process of a suite's own code loads ${largest}`);
  });
});

function entry(name: string): string {
  const found = readdirSync(ENGINE).filter((file) => new RegExp(`^${name}-[A-Z0-9]{8}\\.mjs$`).test(file));
  assert.equal(found.length, 1, `chunks of ${name}`);
  return found[0] as string;
}

/** A chunk with all that it imports before it runs. */
function loaded(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, imported] of read(file).matchAll(/^(?:import|\} from|import .* from) "\.\/([^"]+)";$/gm)) loaded(imported as string, seen);
  return seen;
}

function read(file: string): string {
  return readFileSync(join(ENGINE, file), "utf8");
}

function size(file: string): number {
  return read(file).length;
}
