import assert from "node:assert/strict";
import { join } from "node:path";
import { findAnswer, putAnswer, type StoredAnswer } from "../../../src/core/store/answers.ts";
import { openStore } from "../../../src/core/store/open.ts";
import { temporaryFolder } from "./support.ts";

const answer: StoredAnswer = { body: '"Paris"', at: 1, latencyMs: 2, inputTokens: 3, outputTokens: 4, cost: 0.1, finish: "stop", fingerprint: "m", logProbs: [-0.5, -1.25] };

describe("stored answers", () => {
  it("come back with all that assertions look at, and are replaced whole", async () => {
    const store = await openStore(join(temporaryFolder(), ".llmops"), Date.now);
    try {
      putAnswer(store, "key", answer);
      assert.deepEqual(findAnswer(store, "key"), answer);
      const later: StoredAnswer = { ...answer, at: 5, finish: undefined, logProbs: undefined };
      putAnswer(store, "key", later);
      assert.deepEqual(findAnswer(store, "key"), later);
      assert.equal(findAnswer(store, "other"), undefined);
    } finally {
      store.close();
    }
  });
});
