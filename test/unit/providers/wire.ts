import assert from "node:assert/strict";
import { type Http, HttpError, type HttpRequest } from "../../../src/core/host.ts";
import { failure, provider, send } from "./support.ts";
import type { Answer, ProviderSpec } from "../../../src/core/evals/model.ts";
import type { Call } from "../../../src/core/evals/providers/provider.ts";

/**
 * Mocks of vendors, written from their protocols' documents: nothing here was answered by one. They hold
 * a provider to what is documented; whether a vendor keeps to it, only a call with a key shows.
 */
export interface Sent {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Record<string, unknown>;
}

export const KEY = "key-0123456789abcdef";

export function vendor(reply: { status?: number; body: unknown; headers?: Record<string, string> }): { http: Http; asked: Sent[] } {
  const asked: Sent[] = [];
  const http: Http = {
    send(request: HttpRequest) {
      asked.push({ url: request.url, headers: { ...request.headers }, body: JSON.parse(request.body ?? "{}") as Record<string, unknown> });
      const body = typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body);
      return Promise.resolve({ status: reply.status ?? 200, headers: reply.headers ?? {}, body, latencyMs: 7 });
    },
    close() {},
  };
  return { http, asked };
}

/** One vendor's providers, as the tables of its test ask them. */
export class Vendor {
  private readonly id: string;
  private readonly good: unknown;
  private readonly base: Readonly<Record<string, unknown>>;

  /** @param good an answer that any request may get. @param base configuration of every provider. */
  constructor(id: string, good: unknown, base: Readonly<Record<string, unknown>> = {}) {
    this.id = id;
    this.good = good;
    this.base = base;
  }

  async sent(config: Record<string, unknown> = {}, options: { call?: Call; env?: Record<string, string>; id?: string; spec?: Partial<ProviderSpec> } = {}): Promise<Sent> {
    const { http, asked } = vendor({ body: this.good });
    await send(provider(options.id ?? this.id, { ...this.base, ...config }, { http, env: options.env ?? {} }, options.spec), options.call);
    return asked[0]!;
  }

  answer(body: unknown, config: Record<string, unknown> = {}, call?: Call): Promise<Omit<Answer, "cached">> {
    const { http } = vendor({ body });
    return send(provider(this.id, { ...this.base, ...config }, { http }), call);
  }

  failure(reply: Parameters<typeof vendor>[0], env: Record<string, string> = {}): Promise<string> {
    const { http } = vendor(reply);
    return failure(provider(this.id, { ...this.base }, { http, env }));
  }

  /** What is the same for all of them. `approved`: an origin whose environment lets the key go there. */
  testKeys({ name, header, prefix = "", origin, config = {} }: { name: string; header: string; prefix?: string; origin: string; config?: Record<string, unknown> }): void {
    describe("its key", () => {
      const released = { [name]: KEY, LLMOPS_APPROVED: `${name}=${origin}` };

      it(`goes in ${header} to the origin that it is approved for, and into no identity`, async () => {
        assert.equal((await this.sent(config, { env: released })).headers[header], prefix + KEY);
        const prepared = provider(this.id, { ...this.base, ...config }, { env: released }).prepare({ messages: [], text: "x", vars: {}, overrides: {} });
        assert.ok(!JSON.stringify(prepared).includes(KEY));
        assert.equal((await this.sent({ ...config, apiKey: "${secret:MINE}" }, { env: { MINE: KEY, LLMOPS_APPROVED: `MINE=${origin}` } })).headers[header], prefix + KEY);
        assert.equal((await this.sent({ ...config, apiKeyEnvar: "MINE" }, { env: { MINE: KEY, LLMOPS_APPROVED: `MINE=${origin}` } })).headers[header], prefix + KEY);
      });

      it("goes nowhere else, and it is said why", async () => {
        const elsewhere = { ...config, apiBaseUrl: "https://other.example" };
        const asked = await this.sent(elsewhere, { env: { [name]: KEY } });
        assert.ok(!JSON.stringify(asked).includes(KEY));
        const { http } = vendor({ status: 401, body: { error: { message: "no key" } } });
        const said = await failure(provider(this.id, { ...this.base, ...elsewhere }, { http, env: { [name]: KEY } }));
        assert.equal(said, `unusable: HTTP 401 from other.example: no key. No key was sent. ${name} is not approved for https://other.example. If you trust this address, choose Run in the editor and approve it; in CI set LLMOPS_APPROVED=${name}=https://other.example.`);
        const { http: without } = vendor({ status: 401, body: "" });
        assert.match(await failure(provider(this.id, { ...this.base, ...elsewhere }, { http: without })), new RegExp(`No key was sent\\. The secret ${name} is not set\\. Run “LLMOps: Set Secret…”`));
        const { http: never, asked: none } = vendor({ body: this.good });
        assert.match(await failure(provider(this.id, { ...this.base, ...elsewhere, apiKey: "${secret:MINE}" }, { http: never, env: { MINE: KEY } })), /^unusable: MINE is not approved for https:\/\/other\.example\./);
        assert.equal(none.length, 0);
      });

      it("is masked where the vendor gives it back", async () => {
        const { http } = vendor({ status: 500, body: { error: { message: `bad ${KEY}` } } });
        assert.match(await failure(provider(this.id, { ...this.base, ...config }, { http, env: released })), /: bad \*\*\*$/);
      });
    });
  }

  /** Failures that are told alike for all vendors. @param host the address's host. @param api what the address should be one of. */
  testFailures(host: string, api: string, more: readonly [status: number, body: unknown, said: string][] = []): void {
    const table: readonly [status: number, body: unknown, said: string][] = [
      [400, { error: { message: "bad request" } }, `rejected: HTTP 400 from ${host}: bad request`],
      [429, { error: { message: "slow down" } }, `unanswered retry: HTTP 429 from ${host}: slow down`],
      [404, { error: { message: "no such model" } }, `unusable: HTTP 404 from ${host}: no such model. Check the endpoint's address and the model's name.`],
      [503, "", `unanswered retry: HTTP 503 from ${host}`],
      [529, { error: { message: "Overloaded" } }, `unanswered retry: HTTP 529 from ${host}: Overloaded`],
      [200, "<!doctype html><h1>Welcome</h1>", `unanswered: ${host} answered an HTML page with status 200. Is this the address of ${api}?`],
      [200, "{", `unanswered: ${host} answered no valid JSON ("{") with status 200. Is this the address of ${api}?`],
      ...more,
    ];
    for (const [status, body, said] of table) it(`says of ${status} ${JSON.stringify(body)}: ${said.slice(0, 60)}…`, async () => assert.equal(await this.failure({ status, body }), said));

    it("takes a cut answer and one that is too late for none, and a cancelled call for what it is", async () => {
      const failing = (reason: "cut" | "timeout" | "aborted") => provider(this.id, { ...this.base }, { http: { send: () => Promise.reject(new HttpError(reason, `It was ${reason}.`)), close() {} } });
      assert.equal(await failure(failing("cut")), "unanswered retry: It was cut.");
      assert.equal(await failure(failing("timeout")), "unanswered: It was timeout.");
      await assert.rejects(send(failing("aborted")), { name: "HttpError", reason: "aborted" });
    });

    it("gives up after its own time, the suite's, or a minute", async () => {
      const waits: number[] = [];
      const http: Http = { send: ({ timeoutMs }) => (waits.push(timeoutMs), Promise.resolve({ status: 200, headers: {}, body: JSON.stringify(this.good), latencyMs: 1 })), close() {} };
      await send(provider(this.id, { ...this.base, timeoutMs: 5 }, { http, timeoutMs: 9 }));
      await send(provider(this.id, { ...this.base }, { http, timeoutMs: 9 }));
      await send(provider(this.id, { ...this.base }, { http }));
      assert.deepEqual(waits, [5, 9, 60_000]);
    });

    it("waits as long as it is asked to", async () => {
      const { http } = vendor({ status: 429, body: "", headers: { "retry-after": "7" } });
      await assert.rejects(send(provider(this.id, { ...this.base }, { http })), { kind: "unanswered", retry: true, retryAfterMs: 7000 });
    });
  }
}
