import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

export interface JudgingEndpoint {
  readonly url: string;
  close(): void;
}

/**
 * - `/v1/chat/completions`: answers the choice, JSON in Base64, that the last message asks for.
 * - `/hook/…`: answers what follows, JSON in Base64; `/hook/length` passes texts of more than three characters.
 */
export async function startJudgingEndpoint(): Promise<JudgingEndpoint> {
  const server = http.createServer((incoming, outgoing) => {
    let body = "";
    incoming.setEncoding("utf8").on("data", (text: string) => (body += text));
    incoming.on("end", () => outgoing.writeHead(200, { "content-type": "application/json" }).end(answerTo(incoming.url ?? "", body)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

export function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function answerTo(url: string, body: string): string {
  const request = JSON.parse(body) as { output?: unknown; messages?: { content: string }[] };
  if (url === "/hook/length") return JSON.stringify({ pass: String(request.output).length > 3 });
  if (url.startsWith("/hook/")) return decoded(url.slice("/hook/".length));
  const choice = JSON.parse(decoded(request.messages!.at(-1)!.content.split(" ")[1]!)) as object;
  return JSON.stringify({ model: "model", choices: [{ index: 0, ...choice }], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } });
}

function decoded(text: string): string {
  return Buffer.from(text, "base64url").toString("utf8");
}
