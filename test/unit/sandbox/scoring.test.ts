import assert from "node:assert/strict";
import { embed } from "../../../src/sandbox/embeddings.ts";
import { type Sandbox, startSandbox } from "../../../src/sandbox/server.ts";

describe("the sandbox's scoring endpoints", () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox();
  });
  after(() => sandbox.close());

  const post = async (path: string, body: unknown) => {
    const response = await fetch(sandbox.url + path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const cosine = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);

  it("embeds texts that share words nearer than others, each of length 1", () => {
    const [refund, again, weather] = ["Please refund the broken vase.", "I want a refund for the vase that broke.", "Tomorrow it rains in the north."].map(embed) as [number[], number[], number[]];
    assert.ok(cosine(refund, again) > cosine(refund, weather) + 0.3, `${cosine(refund, again)} ${cosine(refund, weather)}`);
    for (const vector of [refund, again, weather]) assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-12);
    assert.deepEqual(embed("…"), new Array(256).fill(0));
  });

  it("answers embeddings in OpenAI's shape, as numbers or in base64", async () => {
    const plain = await post("/embeddings", { model: "sandbox-embed", input: ["one", "two"] });
    assert.equal(plain.status, 200);
    const data = plain.body["data"] as { index: number; embedding: number[] }[];
    assert.deepEqual(data.map(({ index, embedding }) => [index, embedding.length]), [[0, 256], [1, 256]]);
    const coded = await post("/embeddings", { model: "sandbox-embed", input: "one", encoding_format: "base64" });
    const [first] = coded.body["data"] as { embedding: string }[];
    const bytes = Buffer.from(first?.embedding ?? "", "base64");
    assert.deepEqual(Array.from({ length: 256 }, (_, i) => bytes.readFloatLE(i * 4)), data[0]?.embedding.map(Math.fround));
  });

  it("flags what its words say, by category", async () => {
    const { body } = await post("/moderations", { input: ["Thank you for your order.", "You are an idiot, I will kill you."] });
    const [polite, rude] = body["results"] as { flagged: boolean; categories: Record<string, boolean>; category_scores: Record<string, number> }[];
    assert.equal(polite?.flagged, false);
    assert.equal(rude?.flagged, true);
    assert.deepEqual(Object.entries(rude?.categories ?? {}).filter(([, flagged]) => flagged).map(([category]) => category), ["harassment", "violence"]);
    assert.ok((rude?.category_scores["harassment"] ?? 0) > 0.5);
  });

  it("refuses what it cannot score, and names the field", async () => {
    assert.equal((await post("/embeddings", { model: "other", input: "x" })).status, 404);
    for (const [path, body] of [["/embeddings", { model: "sandbox-embed", input: 3 }], ["/embeddings", { model: "sandbox-embed", input: [] }], ["/moderations", {}]] as const) {
      const answer = await post(path, body);
      assert.equal(answer.status, 400);
      assert.equal((answer.body["error"] as { param: string }).param, "input");
    }
  });
});
