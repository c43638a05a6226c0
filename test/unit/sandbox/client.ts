import { type Sandbox, type SandboxOptions, startSandbox } from "../../../src/sandbox/server.ts";

export type Message = { role: string; content: unknown };
export interface ChatAnswer {
  status: number;
  headers: Headers;
  text: string;
  body: {
    id: string;
    object: string;
    model: string;
    system_fingerprint: string;
    choices: { text?: string; message: { role: string; content: string }; finish_reason: string }[];
    usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
    error: { message: string; type: string; code: string; param: string | null };
  };
}

/** Starts a sandbox for the tests of one `describe`, and stops it after them. */
export function useSandbox(options: SandboxOptions = {}): { get(): Sandbox } {
  let sandbox: Sandbox | undefined;
  before(async () => {
    sandbox = await startSandbox(options);
  });
  after(() => sandbox?.close());
  return { get: () => sandbox! };
}

export async function post(sandbox: Sandbox, path: string, body: unknown): Promise<ChatAnswer> {
  const response = await fetch(`${sandbox.url}${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: typeof body === "string" ? body : JSON.stringify(body) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) as ChatAnswer["body"] };
}

/** The content of the answer to one prompt or conversation. */
export async function ask(sandbox: Sandbox, prompt: string | Message[], extra: object = {}): Promise<string> {
  const messages = typeof prompt === "string" ? [{ role: "user", content: prompt }] : prompt;
  const { status, body, text } = await post(sandbox, "/chat/completions", { model: "sandbox-small", temperature: 0, messages, ...extra });
  if (status !== 200) throw new Error(`${status} ${text}`);
  return body.choices[0]!.message.content;
}
