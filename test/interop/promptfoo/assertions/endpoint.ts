import { type AnsweringEndpoint, listen } from "../listen.ts";

/**
 * - `/v1/chat/completions`: answers the choice, JSON in Base64, that the last message asks for.
 * - `/hook/…`: answers what follows, JSON in Base64; `/hook/length` passes texts of more than three characters.
 */
export function startJudgingEndpoint(): Promise<AnsweringEndpoint> {
  return listen(({ url = "" }, body) => ({ json: answerTo(url, body) }));
}

export function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function answerTo(url: string, body: string): unknown {
  const request = JSON.parse(body) as { output?: unknown; messages?: { content: string }[] };
  if (url === "/hook/length") return { pass: String(request.output).length > 3 };
  if (url.startsWith("/hook/")) return JSON.parse(decoded(url.slice("/hook/".length)));
  const choice = JSON.parse(decoded(request.messages!.at(-1)!.content.split(" ")[1]!)) as object;
  return { model: "model", choices: [{ index: 0, ...choice }], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } };
}

function decoded(text: string): string {
  return Buffer.from(text, "base64url").toString("utf8");
}
