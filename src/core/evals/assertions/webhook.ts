import { HttpError } from "../../host.ts";
import { JudgeError } from "../model.ts";
import type { AssertionDefinition } from "./definition.ts";

/** `WEBHOOK_TIMEOUT` of the environment says another. */
const TIMEOUT_MS = 5000;
const MAX_BYTES = 1_000_000;

/**
 * `webhook`: POSTs `{output, context: {prompt, vars}}` and takes `{pass, score?, reason?}` for an answer.
 * One that does not answer, or something else, is an error: it says nothing of the output.
 */
export const webhook: AssertionDefinition = {
  check: ({ value }) => (isAddress(value) ? undefined : 'webhook needs an address, http://… or https://…, as its "value".'),
  async grade({ value, type, negated, row }) {
    if (!isAddress(value)) throw new JudgeError(`${type} needs an address, http://… or https://…, as its value.`);
    const { pass: said, score, reason } = await ask(value, { output: row.output, context: { prompt: row.context["prompt"], vars: row.vars } });
    const pass = said !== negated;
    return {
      pass,
      score: score === undefined || score === null ? Number(pass) : negated ? 1 - score : score,
      reason: reason || (pass ? "Passed" : `The webhook ${new URL(value).host} says that the output ${said ? "passes" : "fails"}.`),
    };

    async function ask(url: string, question: unknown) {
      if (!row.http) throw new JudgeError(`${type} cannot be judged here: nothing can be asked over the network.`);
      const { host } = new URL(url);
      let status: number, body: string;
      try {
        const headers = { "content-type": "application/json", accept: "application/json" };
        ({ status, body } = await row.http.send({ method: "POST", url, headers, body: JSON.stringify(question), timeoutMs: row.webhookTimeoutMs ?? TIMEOUT_MS, maxBytes: MAX_BYTES }));
      } catch (error) {
        if (!(error instanceof HttpError)) throw error;
        throw new JudgeError(`The webhook ${host} did not answer: ${error.message}`);
      }
      if (status < 200 || status > 299) throw new JudgeError(`The webhook ${host} answered with status ${status}.`);
      const { webhookAnswer } = await import("./webhookAnswer.ts");
      const parsed = webhookAnswer.safeParse(parse(body));
      if (!parsed.success) throw new JudgeError(`The webhook ${host} must answer {"pass": true or false, "score": a number, "reason": a text}; score and reason may be missing.`);
      return parsed.data;
    }
  },
};

function isAddress(value: unknown): value is string {
  return typeof value === "string" && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
