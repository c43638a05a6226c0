import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

/** An endpoint whose answers are a function of the request alone, so that both sides are answered alike. */
export interface AnsweringEndpoint {
  readonly url: string;
  close(): void;
}

/** Answers every request on a port of its own, with a text or with JSON. */
export async function listen(answer: (request: http.IncomingMessage, body: string) => { status?: number } & ({ text: string } | { json: unknown })): Promise<AnsweringEndpoint> {
  const server = http.createServer((incoming, outgoing) => {
    let text = "";
    incoming.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    incoming.on("end", () => {
      const { status = 200, ...body } = answer(incoming, text);
      outgoing.writeHead(status, { "content-type": "text" in body ? "text/plain" : "application/json" }).end("text" in body ? body.text : JSON.stringify(body.json));
    });
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
