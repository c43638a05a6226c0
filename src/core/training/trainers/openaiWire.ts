import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import * as z from "zod";
import { endpointProvider } from "../../evals/providers/endpoint.ts";
import { exchange, parseAnswer } from "../../evals/providers/exchange.ts";
import { baseUrl, credentials, originOf, SANDBOX } from "../../evals/providers/openaiServer.ts";
import { CallError } from "../../evals/providers/provider.ts";
import { START } from "../../problem.ts";
import type { TrainTask } from "./trainer.ts";

const TIMEOUT_MS = 60_000;
const UPLOAD_TIMEOUT_MS = 30 * 60_000;

/** OpenAI's files and fine-tuning jobs at the endpoint of a training. Nothing is tried twice: whoever calls knows what may be. */
export class OpenAiWire {
  private readonly task: TrainTask;

  constructor(task: TrainTask) {
    this.task = task;
  }

  /** @throws {CallError} */
  async get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    return this.send(schema, { method: "GET", path, timeoutMs: TIMEOUT_MS });
  }

  /** @throws {CallError} */
  async post<T>(path: string, body: object, schema: z.ZodType<T>): Promise<T> {
    return this.send(schema, { method: "POST", path, body: JSON.stringify(body), timeoutMs: TIMEOUT_MS });
  }

  /** Sends a file as a form, as it is read. @throws {CallError} */
  async upload<T>(file: { readonly file: string; readonly bytes: number }, name: string, schema: z.ZodType<T>): Promise<T> {
    const boundary = `llmops-${randomUUID()}`;
    const head = Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nfine-tune\r\n--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: application/octet-stream\r\n\r\n`);
    const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
    const open = () =>
      Readable.from(
        (async function* () {
          yield head;
          yield* createReadStream(file.file, { highWaterMark: 2 ** 18 }) as AsyncIterable<Buffer>;
          yield tail;
        })(),
      );
    return this.send(schema, { method: "POST", path: "/files", stream: { bytes: head.length + file.bytes + tail.length, open }, type: `multipart/form-data; boundary=${boundary}`, timeoutMs: UPLOAD_TIMEOUT_MS });
  }

  private async send<T>(schema: z.ZodType<T>, request: { method: string; path: string; body?: string; stream?: { bytes: number; open(): Readable }; type?: string; timeoutMs: number }): Promise<T> {
    const { workspace, name, config, endpoint, sandbox, redactor, signal } = this.task;
    const { host } = workspace;
    const spec = endpointProvider(config.endpoint, endpoint, () => ({ file: name, range: START }));
    const base = baseUrl(spec, host.env);
    const context = { host, sandbox, env: host.env, timeoutMs: request.timeoutMs, redactor };
    const { headers, keyAdvice } = await credentials(spec, base === SANDBOX ? undefined : originOf(base), context);
    const url = (base === SANDBOX ? await sandbox() : base) + request.path;
    const response = await exchange(context, { ...request, url, headers: { ...headers, ...(request.type === undefined ? {} : { "content-type": request.type }) }, keyAdvice, signal });
    const parsed = schema.safeParse(parseAnswer(response, url));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new CallError("unanswered", `${new URL(url).host} answered ${request.method} ${request.path} with something else than OpenAI's protocol has (${issue?.path.join(".")}: ${issue?.message}).`);
  }
}

export const fileSchema = z.object({ id: z.string().min(1).max(200) });

export const jobSchema = z.object({
  id: z.string().min(1).max(200),
  status: z.enum(["validating_files", "queued", "running", "succeeded", "failed", "cancelled", "paused"]),
  fine_tuned_model: z.string().nullish(),
  trained_tokens: z.number().nullish(),
  training_file: z.string().nullish(),
  suffix: z.string().nullish(),
  user_provided_suffix: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  error: z.object({ code: z.string().nullish(), message: z.string().nullish() }).nullish(),
});

export const jobListSchema = z.object({ data: z.array(jobSchema).max(1000), has_more: z.boolean().nullish() });

export const eventListSchema = z.object({
  data: z.array(z.object({ id: z.string(), message: z.string().max(10_000), type: z.string().nullish(), data: z.record(z.string(), z.unknown()).nullish() })).max(1000),
  has_more: z.boolean().nullish(),
});
