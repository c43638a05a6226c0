import assert from "node:assert/strict";
import { callOf } from "./support.ts";
import { Vendor } from "./wire.ts";

// From https://ai.google.dev/api/generate-content and the error details of google.rpc; defaults as promptfoo 0.123.1 sends them.
const answered = (parts: unknown[] | undefined = [{ text: "good" }], more: object = {}) => ({ candidates: [{ content: { role: "model", parts }, finishReason: "STOP", index: 0, ...more }], usageMetadata: { promptTokenCount: 1000, candidatesTokenCount: 300, thoughtsTokenCount: 200, totalTokenCount: 1500 }, modelVersion: "gemini-2.5-pro-002" });
const gemini = new Vendor("google:gemini-2.5-pro", answered());
const URL_1 = "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro:generateContent";

describe("Google's Generative Language API", function () {
  this.timeout(20_000);

  it("is asked at its address, with the parameters that are given and no others", async () => {
    const { url, body } = await gemini.sent();
    assert.deepEqual([url, body], [URL_1, { contents: [{ role: "user", parts: [{ text: "Hello" }] }], generationConfig: {} }]);
  });

  it("gets the system's messages as its instruction, and answers as the model's", async () => {
    const messages = [{ role: "system", content: "Be brief." }, { role: "user", content: "Hi" }, { role: "assistant", content: "Hello." }, { role: "user", content: [{ type: "text", text: "Bye" }, { inline_data: {} }] }] as const;
    const { body } = await gemini.sent({ systemInstruction: "First." }, { call: callOf("", { messages }) });
    assert.deepEqual(body["system_instruction"], { parts: [{ text: "First." }, { text: "Be brief." }] });
    assert.deepEqual(body["contents"], [{ role: "user", parts: [{ text: "Hi" }] }, { role: "model", parts: [{ text: "Hello." }] }, { role: "user", parts: [{ text: "Bye" }, { inline_data: {} }] }]);
    const alone = await gemini.sent({}, { call: callOf("", { messages: messages.slice(0, 1) }) });
    assert.deepEqual([alone.body["contents"], alone.body["system_instruction"]], [[{ role: "user", parts: [{ text: "Be brief." }] }], undefined]);
  });

  const tool = { type: "function", function: { name: "f", parameters: { type: "object", properties: { a: { type: "string", default: "x" } }, additionalProperties: false } } };
  const bodies: [what: string, config: Record<string, unknown>, body: Record<string, unknown>, id?: string][] = [
    ["parameters where the API has them", { temperature: 0.2, topP: 0.9, maxOutputTokens: 5, generationConfig: { topK: 3 }, safetySettings: [{ category: "C", threshold: "T" }], passthrough: { x: 1 }, unknown: 2 }, { generationConfig: { temperature: 0.2, topP: 0.9, maxOutputTokens: 5, topK: 3 }, safetySettings: [{ category: "C", threshold: "T" }], x: 1 }],
    ["no sampling where the model refuses it", { temperature: 0, maxOutputTokens: 5 }, { generationConfig: { maxOutputTokens: 5 } }, "google:gemini-3.8-flash"],
    ["a schema for the answer", { responseSchema: { type: "OBJECT" } }, { generationConfig: { response_schema: { type: "OBJECT" }, response_mime_type: "application/json" } }],
    ["OpenAI's tools as its own", { tools: [tool], tool_choice: "required" }, { generationConfig: {}, toolConfig: { functionCallingConfig: { mode: "ANY" } }, tools: [{ functionDeclarations: [{ name: "f", parameters: { type: "OBJECT", properties: { a: { type: "STRING" } } } }] }] }],
    ["its own tools as they are", { tools: [{ googleSearch: {} }] }, { generationConfig: {}, tools: [{ googleSearch: {} }] }],
  ];
  for (const [what, config, expected, id] of bodies) {
    it(`is sent ${what}`, async () => {
      const { contents: _contents, ...body } = (await gemini.sent(config, id === undefined ? {} : { id })).body;
      assert.deepEqual(body, expected);
    });
  }

  const addresses: [config: Record<string, unknown>, env: Record<string, string>, base: string][] = [
    [{ apiHost: "one.example" }, { GOOGLE_API_HOST: "two.example" }, "https://one.example/v1beta"],
    [{}, { GOOGLE_API_HOST: "two.example", GOOGLE_API_BASE_URL: "https://three.example" }, "https://two.example/v1beta"],
    [{}, { GOOGLE_API_BASE_URL: "https://three.example/" }, "https://three.example/v1beta"],
    [{ apiBaseUrl: "https://four.example", apiVersion: "v1" }, {}, "https://four.example/v1"],
  ];
  for (const [config, env, base] of addresses) it(`is at ${base}`, async () => assert.equal((await gemini.sent(config, { env })).url, `${base}/models/gemini-2.5-pro:generateContent`));

  const call = { functionCall: { name: "f", args: {} } };
  const answers: [what: string, parts: unknown[] | undefined, output: unknown][] = [
    ["a text of several parts", [{ text: "go" }, { text: "od" }], "good"],
    ["calls of functions as the parts", [{ text: "Look" }, call], [{ text: "Look" }, call]],
    ["nothing", [], null],
  ];
  for (const [what, parts, output] of answers) it(`answers ${what}`, async () => assert.deepEqual((await gemini.answer(answered(parts))).output, output));

  it("tells usage with its thoughts, cost, why it stopped and which model it was", async () => {
    const { latencyMs: _latency, ...told } = await gemini.answer(answered(), { price: { input: 2, output: 8 } });
    assert.deepEqual(told, { output: "good", usage: { input: 1000, output: 500 }, cost: 0.006, finishReason: "stop", fingerprint: "gemini-2.5-pro-002" });
    assert.equal((await gemini.answer(answered([{ text: "go" }], { finishReason: "MAX_TOKENS" }))).finishReason, "max_tokens");
  });

  it("knows its key by either name", async () => {
    const origin = "https://generativelanguage.googleapis.com";
    for (const name of ["GOOGLE_API_KEY", "GEMINI_API_KEY"]) assert.equal((await gemini.sent({}, { env: { [name]: "key-0123456789" } })).headers["x-goog-api-key"], "key-0123456789", `${name} needs no approval for ${origin}`);
  });

  gemini.testKeys({ name: "GOOGLE_API_KEY", header: "x-goog-api-key", origin: "https://generativelanguage.googleapis.com" });
  gemini.testFailures("generativelanguage.googleapis.com", "the Gemini API", [
    [400, { error: { code: 400, message: "API key not valid.", status: "INVALID_ARGUMENT", details: [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "API_KEY_INVALID" }] } }, "unusable: HTTP 400 from generativelanguage.googleapis.com: API key not valid.. No key was sent. The secret GOOGLE_API_KEY is not set. Run “LLMOps: Set Secret…” in the editor, or set the environment variable GOOGLE_API_KEY."],
    [200, { promptFeedback: { blockReason: "SAFETY" } }, "rejected: generativelanguage.googleapis.com blocked the prompt (SAFETY)."],
    [200, { candidates: [{ finishReason: "RECITATION" }] }, "rejected: generativelanguage.googleapis.com withheld the answer (RECITATION)."],
    [200, {}, "unanswered: generativelanguage.googleapis.com answered JSON that is not an answer of the Gemini API (candidates: there is none, and no promptFeedback)."],
  ]);
});
