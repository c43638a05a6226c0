import assert from "node:assert/strict";
import { HttpError, type Http, type HttpRequest } from "../../../src/core/host.ts";
import { JudgeError } from "../../../src/core/evals/model.ts";
import { Bench, assertion } from "./support.ts";

const bench = new Bench();
after(() => bench.close());

function answering(answer: string | HttpError, status = 200): Http & { asked: HttpRequest[] } {
  const asked: HttpRequest[] = [];
  return {
    asked,
    send(request) {
      asked.push(request);
      return answer instanceof HttpError ? Promise.reject(answer) : Promise.resolve({ status, headers: {}, body: answer, latencyMs: 1 });
    },
    close() {},
  };
}

const URL = "https://judge.example/check";
const grade = (http: Http | undefined, type = "webhook", value: unknown = URL) => bench.grade([assertion(type, value)], { city: "Rome" }, { http, vars: { n: 1 } });

describe("webhook", () => {
  it("is asked with the output, the prompt and the variables", async () => {
    const http = answering('{"pass": true}');
    assert.equal((await grade(http, "webhook", "https://judge.example/{{n}}")).pass, true);
    const { method, url, body, timeoutMs, maxBytes } = http.asked[0]!;
    assert.deepEqual([method, url, timeoutMs, maxBytes], ["POST", "https://judge.example/1", 5000, 1_000_000]);
    assert.deepEqual(JSON.parse(body!), { output: { city: "Rome" }, context: { prompt: "the prompt", vars: { n: 1 } } });
  });

  it("decides, also about the score", async () => {
    for (const [answer, plain, negated] of [
      ['{"pass": true}', [true, 1], [false, 0]], ['{"pass": false}', [false, 0], [true, 1]], ['{"pass": true, "score": 0.25}', [true, 0.25], [false, 0.75]], ['{"pass": false, "score": 0.25, "reason": "so so", "more": 1}', [false, 0.25], [true, 0.75]], ['{"pass": true, "score": null, "reason": null}', [true, 1], [false, 0]],
    ] as const) {
      for (const [type, wanted] of [["webhook", plain], ["not-webhook", negated]] as const) {
        const { pass, score } = await grade(answering(answer), type);
        assert.deepEqual([pass, score], wanted, `${type} ${answer}`);
      }
    }
    assert.equal((await grade(answering('{"pass": false, "reason": "so so"}'))).reason, "so so");
    assert.match((await grade(answering('{"pass": false}'))).reason, /judge\.example says that the output fails/);
  });

  it("is an error when it gives no judgement", async () => {
    for (const type of ["webhook", "not-webhook"]) {
      for (const answer of ["", "no JSON", "null", "[]", "{}", '{"pass": "yes"}', '{"pass": true, "score": "1"}', '{"pass": true, "reason": 3}']) {
        await assert.rejects(grade(answering(answer), type), (error) => error instanceof JudgeError && /judge\.example must answer/.test(error.message), answer);
      }
      await assert.rejects(grade(answering("{}", 500), type), /status 500/);
      await assert.rejects(grade(answering(new HttpError("timeout", "It took too long.")), type), (error) => error instanceof JudgeError && /did not answer: It took too long/.test(error.message));
      await assert.rejects(grade(undefined, type), /cannot be judged here/);
    }
  });
});
