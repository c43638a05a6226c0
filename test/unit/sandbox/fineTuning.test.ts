import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../../src/sandbox/server.ts";
import { ROOT } from "../engine.ts";
import { temporaryFolder } from "../store/support.ts";
import { ask } from "./client.ts";

const SAMPLE = join(ROOT, "samples/training");
const ROWS = readFileSync(join(SAMPLE, "data/train.jsonl"), "utf8").trim().split("\n");
const SYSTEM = (JSON.parse(readFileSync(join(SAMPLE, "prompts/sort.json"), "utf8")) as { role: string; content: string }[])[0]!;
const TESTS = readFileSync(join(SAMPLE, "evals/tickets/tests.csv"), "utf8").trim().split("\n").slice(1).map((line) => /^t\d+,"?(.*?)"?,(\w+)$/.exec(line)!.slice(1) as [string, string]);
const LABELS = ["access", "hardware", "network", "software"];

interface Job {
  readonly id: string;
  readonly status: string;
  readonly fine_tuned_model: string | null;
  readonly trained_tokens: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

describe("sandbox: fine-tuning", function () {
  this.timeout(60_000);
  const open: Sandbox[] = [];
  const newSandbox = async (options: SandboxOptions = {}) => {
    const sandbox = await startSandbox(options);
    open.push(sandbox);
    return sandbox;
  };
  afterEach(() => Promise.all(open.splice(0).map((sandbox) => sandbox.close())));

  const get = async <T>(sandbox: Sandbox, path: string): Promise<T> => (await (await fetch(sandbox.url + path)).json()) as T;
  const upload = async (sandbox: Sandbox, content: string): Promise<string> => {
    const form = new FormData();
    form.set("purpose", "fine-tune");
    form.set("file", new Blob([content]), "train.jsonl");
    return ((await (await fetch(`${sandbox.url}/files`, { method: "POST", body: form })).json()) as { id: string }).id;
  };
  const create = async (sandbox: Sandbox, content: string, more: object = {}): Promise<Job> => {
    const response = await fetch(`${sandbox.url}/fine_tuning/jobs`, { method: "POST", body: JSON.stringify({ model: "sandbox-small", training_file: await upload(sandbox, content), ...more }) });
    return (await response.json()) as Job;
  };
  const ended = async (sandbox: Sandbox, { id }: Pick<Job, "id">): Promise<Job> => {
    for (;;) {
      const job = await get<Job>(sandbox, `/fine_tuning/jobs/${id}`);
      if (["succeeded", "failed", "cancelled"].includes(job.status)) return job;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const right = async (sandbox: Sandbox, model: string): Promise<number> => {
    const answers = await Promise.all(TESTS.map(async ([ticket, category]) => (await ask(sandbox, [SYSTEM, { role: "user", content: ticket }], { model })) === category));
    return answers.filter(Boolean).length;
  };
  const trained = async (sandbox: Sandbox, rows: readonly string[]) => right(sandbox, (await ended(sandbox, await create(sandbox, rows.join("\n")))).fine_tuned_model!);

  it("learns: more rows make a better model, and wrong labels a worse one", async () => {
    const sandbox = await newSandbox();
    const swapped = ROWS.map((row, at) => (at % 2 === 0 ? row : row.replace(/"content": "(\w+)"\}\]\}$/, (_, label: string) => `"content": "${LABELS[(LABELS.indexOf(label) + 1) % 4]}"}]}`)));
    const [base, few, all, wrong] = [await right(sandbox, "sandbox-small"), await trained(sandbox, ROWS.slice(0, 20)), await trained(sandbox, ROWS), await trained(sandbox, swapped)];
    assert.ok(base < few && few < all && all >= 48 && wrong <= all - 10, `base ${base}, 20 rows ${few}, 120 rows ${all}, half of them wrong ${wrong} of ${TESTS.length}`);
  });

  it("answers in the form that it was taught, or that the prompt asks for, and far from what it learnt as its base", async () => {
    const sandbox = await newSandbox();
    const json = ROWS.map((row) => row.replace(/"content": "(\w+)"\}\]\}$/, (_, label: string) => `"content": ${JSON.stringify(JSON.stringify({ queue: label }))}}]}`));
    const { fine_tuned_model: model } = await ended(sandbox, await create(sandbox, json.join("\n")));
    assert.equal(await ask(sandbox, [{ role: "user", content: "My keyboard is broken" }], { model }), '{"queue":"hardware"}');
    assert.equal(await ask(sandbox, [{ role: "system", content: 'Answer with JSON only: {"team": "<team>"}' }, { role: "user", content: "I forgot my password" }], { model }), '{"team":"access"}');
    assert.equal(await ask(sandbox, [{ role: "user", content: "Жили-были дед да баба" }], { model }), "You said: Жили-были дед да баба");
  });

  it("speaks the protocol: events newest first, pages, metadata, the file's content, cancel", async () => {
    const sandbox = await newSandbox({ faults: { epochMs: 30 } });
    const job = await create(sandbox, ROWS.join("\n"), { suffix: "mine", metadata: { llmops_key: "k1" }, validation_file: await upload(sandbox, ROWS.slice(0, 5).join("\n")) });
    const other = await create(sandbox, ROWS.join("\n"), { metadata: { llmops_key: "k2" } });
    const cancelled = (await (await fetch(`${sandbox.url}/fine_tuning/jobs/${other.id}/cancel`, { method: "POST" })).json()) as Job;
    const done = await ended(sandbox, job);
    assert.match(done.fine_tuned_model!, /^ft:sandbox-small:local:mine:[0-9a-f]{8}$/);
    assert.ok(done.trained_tokens! > 1000 && cancelled.status === "cancelled");
    const { data: events } = await get<{ data: { id: string; message: string; type: string; data: Record<string, number> | null }[] }>(sandbox, `/fine_tuning/jobs/${job.id}/events?limit=100`);
    assert.deepEqual([events[0]!.message, events.at(-1)!.message], ["The job has successfully completed", `Created fine-tuning job: ${job.id}`]);
    const measured = events.filter(({ type }) => type === "metrics");
    assert.equal(measured.length, 4);
    assert.ok(measured.every(({ data }) => data!["valid_loss"]! >= 0 && data!["total_steps"] === 480));
    const rest = await get<{ data: { id: string }[]; has_more: boolean }>(sandbox, `/fine_tuning/jobs/${job.id}/events?limit=2&after=${events[1]!.id}`);
    assert.deepEqual([rest.data.map(({ id }) => id), rest.has_more], [events.slice(2, 4).map(({ id }) => id), true]);
    assert.deepEqual((await get<{ data: Job[] }>(sandbox, "/fine_tuning/jobs?metadata[llmops_key]=k1")).data.map(({ id }) => id), [job.id]);
    assert.ok((await get<{ data: { id: string }[] }>(sandbox, "/models")).data.some(({ id }) => id === done.fine_tuned_model));
  });

  it("refuses what cannot be learnt, with the reason", async () => {
    const sandbox = await newSandbox();
    const failure = async (content: string) => (await ended(sandbox, await create(sandbox, content))).error!.message;
    assert.match(await failure(ROWS.slice(0, 9).join("\n")), /has 9 examples, and needs at least 10/);
    assert.match(await failure(`${ROWS.join("\n")}\nbroken`), /^Line 121 of the file is no example: /);
    const texts = ROWS.map((row, at) => row.replace(/"content": "(\w+)"\}\]\}$/, `"content": "answer ${at}"}]}`));
    assert.match(await failure([...texts, ...texts.map((row) => row.replace(/answer/, "reply"))].join("\n")), /240 different answers/);
    const status = async (path: string, body: object) => (await fetch(sandbox.url + path, { method: "POST", body: JSON.stringify(body) })).status;
    assert.deepEqual([await status("/fine_tuning/jobs", { model: "gpt-9", training_file: "file-1" }), await status("/fine_tuning/jobs", { model: "sandbox-small", training_file: "../../etc/passwd" }), await status("/files", {})], [400, 404, 400]);
    assert.equal((await fetch(`${sandbox.url}/fine_tuning/jobs/..%2f..%2fx`)).status, 404);
  });

  it("keeps files, jobs and models, and takes over a job whose process has ended", async () => {
    const folder = temporaryFolder();
    const first = await newSandbox({ folder });
    const done = await ended(first, await create(first, ROWS.join("\n")));
    const slow = await newSandbox({ folder, faults: { epochMs: 60_000 } });
    const job = await create(slow, ROWS.join("\n"));
    while ((await get<Job>(slow, `/fine_tuning/jobs/${job.id}`)).status !== "running") await new Promise((resolve) => setTimeout(resolve, 10));
    await Promise.all(open.splice(0).map((sandbox) => sandbox.close()));
    // As if it had been another process: no process has this id.
    const file = join(folder, "jobs", `${job.id}.json`);
    writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, "utf8")) as object), runner: 2 ** 30 }));

    const again = await newSandbox({ folder });
    assert.ok((await right(again, done.fine_tuned_model!)) >= 48);
    assert.equal((await ended(again, job)).status, "succeeded");
  });
});
