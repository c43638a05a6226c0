import assert from "node:assert/strict";
import { profanity } from "../../../src/core/evals/metrics/profanity.ts";

describe("the list of profanities", () => {
  for (const [what, output, expected] of [
    ["a polite answer", "Thank you for your message, the parcel is on its way.", 0],
    ["a profane one", "What the fuck is this supposed to be?", 1],
    ["one in disguise", "what a pile of sh1t", 1],
    ["a short one, as if it were English", "ok", 0],
    ["none: it is no judge of threats", "I will find you and hurt you badly.", 0],
    ["a text that is not English: nothing is said", "Das Paket ist leider noch nicht angekommen, bitte prüfen Sie das.", undefined],
    ["another one, with an English word in it", "Jetzt ist the fucking Paket leider immer noch nicht angekommen, bitte prüfen.", undefined],
    ["an English one without the commonest words", "Sorry, we cannot find any trace of a parcel under that number; could we have another one?", 0],
    ["an empty one", "", 0],
  ] as const) {
    it(`says of ${what}: ${expected}`, async () => assert.equal(await profanity(output), expected));
  }
});
