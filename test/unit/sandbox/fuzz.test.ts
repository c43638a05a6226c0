import assert from "node:assert/strict";
import fc from "fast-check";
import { createAnswerer } from "../../../src/sandbox/chat.ts";
import { readChatRequest } from "../../../src/sandbox/request.ts";

const piece = fc.constantFrom("Text:", "Label: a", "Q: x", "A: y", '"x" -> a', "->", " => b", "one of: a, b, c", "Categories:", "- a: b", "JSON", '{"k": "v"}', "{", "<input>", "</input>", '"', "```", "\n", "\n\n", "\r\n", " / ", "é", "🙂", "\u0000");
const text = fc.array(fc.oneof(piece, fc.string({ maxLength: 8 })), { maxLength: 30 }).map((parts) => parts.join(""));
const messages = fc.array(fc.record({ role: fc.constantFrom("system", "user", "assistant"), content: text }), { minLength: 1, maxLength: 6 });

describe("sandbox: any conversation", () => {
  it("gets an answer, the same one again, within its limits", () => {
    const answer = createAnswerer();
    fc.assert(
      fc.property(messages, fc.integer(), fc.integer({ min: 1, max: 5 }), (conversation, seed, max_tokens) => {
        const request = readChatRequest({ model: "sandbox-small", temperature: 1, seed, max_tokens, messages: conversation });
        const first = answer(request);
        assert.deepEqual(createAnswerer()(request), first);
        assert.ok(first.text.length <= 4 * max_tokens);
        assert.equal(first.usage.total_tokens, first.usage.prompt_tokens + first.usage.completion_tokens);
      }),
      { numRuns: 500 },
    );
  });
});
