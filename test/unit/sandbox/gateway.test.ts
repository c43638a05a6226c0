import assert from "node:assert/strict";
import { type Gateway, startGateway, TARGET } from "../../../src/sandbox/gateway/gateway.ts";
import { Counters } from "../../../src/sandbox/gateway/counters.ts";
import { Split } from "../../../src/sandbox/gateway/split.ts";

interface Body {
  variants: Record<"stable" | "canary", VariantView>;
  weights: Record<"stable" | "canary", number>;
  samples: { input: string; status: number }[];
  next: number;
}

interface VariantView {
  units: number;
  unitErrors: number;
  requests: number;
  errors: number;
  attempts: number;
  retries: number;
  latencyBuckets: [number | null, number][];
}

describe("the sandbox's gateway", () => {
  let gateway: Gateway;
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${gateway.url}${path}`, { method, headers: { "content-type": "application/json", ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    return { status: answer.status, etag: answer.headers.get("etag"), variant: answer.headers.get("x-llmops-variant"), body: (await answer.json()) as Body };
  };
  const ask = (headers: Record<string, string>) => call("POST", "/v1/chat/completions", { model: "sandbox-small", messages: [{ role: "user", content: "Where is my invoice?" }] }, headers);
  const metrics = async (): Promise<Record<"stable" | "canary", VariantView>> => (await call("GET", `/targets/${TARGET}/metrics`)).body.variants;
  const setWeights = (canary: number, more: object = {}) => call("PUT", `/targets/${TARGET}/split`, { weights: { stable: 100 - canary, canary }, ...more });

  beforeEach(async () => void (gateway = await startGateway()));
  afterEach(() => gateway.close());

  it("splits sessions by weight, keeps each on its side, and counts it once", async () => {
    await setWeights(50);
    for (let i = 0; i < 40; i++) {
      const first = await ask({ "x-session-id": `s${i}` });
      const second = await ask({ "x-session-id": `s${i}` });
      assert.equal(second.variant, first.variant);
    }
    const { stable, canary } = await metrics();
    assert.equal(stable.units + canary.units, 40);
    assert.equal(stable.requests + canary.requests, 80);
    assert.ok(canary.units > 5 && stable.units > 5, `${canary.units} of 40`);
    assert.equal(canary.latencyBuckets.at(-1)![1], canary.requests);
  });

  it("moves the sessions of a variant that gets nothing any more", async () => {
    await setWeights(100);
    assert.equal((await ask({ "x-session-id": "s" })).variant, "canary");
    await call("POST", `/targets/${TARGET}/rollback`, {}, { "idempotency-key": "k" });
    assert.equal((await ask({ "x-session-id": "s" })).variant, "stable");
  });

  it("sends a probe where it asks to be sent, and counts it nowhere", async () => {
    assert.equal((await ask({ "x-llmops-variant": "canary" })).variant, "canary");
    assert.equal((await metrics()).canary.units, 0);
  });

  it("refuses a writer that was not the last to read, and weights that are none", async () => {
    const { etag } = await call("GET", `/targets/${TARGET}/split`);
    await setWeights(5);
    const late = await call("PUT", `/targets/${TARGET}/split`, { weights: { stable: 0, canary: 100 } }, { "if-match": etag! });
    assert.equal(late.status, 412);
    for (const weights of [{ stable: 50, canary: 60 }, { stable: -1, canary: 101 }, {}, { stable: "95", canary: 5 }]) assert.equal((await call("PUT", `/targets/${TARGET}/split`, { weights })).status, 400);
    assert.equal((await call("GET", `/targets/${TARGET}/split`)).body.weights.canary, 5);
  });

  it("shows failed requests, by variant", async () => {
    gateway.setFaults("canary", { rate5xx: 1 });
    await setWeights(100);
    const { next } = (await call("GET", `/targets/${TARGET}/samples`)).body;
    await ask({ "x-session-id": "a" });
    const { samples } = (await call("GET", `/targets/${TARGET}/samples?after=${next}&failed=true&variant=canary`)).body;
    assert.equal(samples.length, 1);
    assert.match(samples[0]!.input, /Where is my invoice/);
    assert.ok(samples[0]!.status >= 500);
  });

  it("serves Prometheus what it counts", async () => {
    await setWeights(100);
    await ask({});
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    assert.match(text, /llm_sessions_total\{version="canary"\} 1/);
    assert.match(text, /llm_requests_total\{version="canary",code="500"\} 0/);
    assert.match(text, /llm_request_milliseconds_bucket\{version="canary",le="\+Inf"\} 1/);
  });
});

describe("the counters of the gateway", () => {
  it("take retries for attempts of one request, whose failure is final when nobody tries again", () => {
    let now = 0;
    const counters = new Counters("e", () => now);
    const attempt = (failed: boolean) => counters.begin({ session: "s", request: "r" }, () => "canary", () => true).end(failed, 5);
    attempt(true);
    attempt(true);
    attempt(false);
    now = 10_000;
    counters.settle();
    const { units, unitErrors, requests, errors, attempts, retries } = counters.variants.canary;
    assert.deepEqual({ units, unitErrors, requests, errors, attempts, retries }, { units: 1, unitErrors: 0, requests: 1, errors: 0, attempts: 3, retries: 2 });
  });

  it("count a session's failure once, however many of its requests fail", () => {
    let now = 0;
    const counters = new Counters("e", () => now);
    for (const request of ["a", "b", "c"]) counters.begin({ session: "s", request }, () => "canary", () => true).end(true, 5);
    counters.settle();
    assert.equal(counters.variants.canary.unitErrors, 0, "they may be tried again");
    now = 10_000;
    counters.settle();
    const { units, unitErrors, requests, errors } = counters.variants.canary;
    assert.deepEqual({ units, unitErrors, requests, errors }, { units: 1, unitErrors: 1, requests: 3, errors: 3 });
  });

  it("take every request for a unit where clients name neither", () => {
    const counters = new Counters("e", () => 0);
    for (let i = 0; i < 3; i++) counters.begin({ session: undefined, request: undefined }, () => "stable", () => true).end(i === 0, 5);
    assert.deepEqual([counters.variants.stable.units, counters.variants.stable.unitErrors], [3, 1]);
  });
});

describe("the dead man's switch", () => {
  it("falls back when nobody renews the weights, and says why", () => {
    let now = 0;
    const split = new Split(() => now);
    const put = () => split.put({ weights: { stable: 90, canary: 10 }, ttlSeconds: 3, fallback: { weights: { stable: 100, canary: 0 } } }, split.etag);
    put();
    now = 2000;
    put();
    now = 4000;
    assert.deepEqual(split.view(), { weights: { stable: 90, canary: 10 }, reason: "set", expiresIn: 1 });
    const { etag } = split;
    now = 5000;
    assert.deepEqual(split.view(), { weights: { stable: 100, canary: 0 }, reason: "ttl" });
    assert.notEqual(split.etag, etag, "a writer that has not seen it must not write over it");
    assert.equal(split.draw(0), "stable");
  });
});
