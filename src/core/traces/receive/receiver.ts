import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { Clock } from "../../host.ts";
import { isForeign, listenLocally, type LocalServer } from "../../loopback.ts";
import type { Traces } from "../db.ts";
import { decodeRequest, encodeResponse } from "../otlp/protobuf.ts";
import { readRequest } from "../otlp/request.ts";
import { type Span, TracesUnreadable } from "../span.ts";
import { BadRequest, Bodies } from "./body.ts";
import { GroupCommit, Overloaded } from "./groupCommit.ts";

const PATH = "/v1/traces";
const PROTOBUF = "application/x-protobuf";
const JSON_TYPE = "application/json";

/** What has come since it began. */
export interface Counts {
  spans: number;
  rejected: number;
  refused: number;
}

/**
 * OTLP over HTTP (https://opentelemetry.io/docs/specs/otlp/) for this machine: JSON and protobuf, gzip or not. What
 * is answered with success is on the disk; 503 with `Retry-After` asks the sender to wait.
 * @param port 0: any that is free. @throws when the port cannot be had.
 */
export async function receiveTraces(traces: Traces, clock: Pick<Clock, "sleep">, port: number, failed: (error: unknown) => void): Promise<LocalServer & { readonly counts: Readonly<Counts> }> {
  const counts: Counts = { spans: 0, rejected: 0, refused: 0 };
  const commit = new GroupCommit((spans: readonly Span[]) => void traces.insert(spans), clock);
  const bodies = new Bodies();
  const server = http.createServer((incoming, outgoing) => {
    answer(incoming, outgoing, { bodies, commit, counts }).catch((error: unknown) => {
      counts.refused++;
      if (!isExpected(error) && !incoming.destroyed) failed(error);
      sendError(outgoing, error);
    });
  });
  const { url, close } = await listenLocally(server, port);
  return {
    url,
    counts,
    async close() {
      commit.flush();
      await close();
    },
  };
}

interface Context {
  readonly bodies: Bodies;
  readonly commit: GroupCommit;
  readonly counts: Counts;
}

async function answer(incoming: IncomingMessage, outgoing: ServerResponse, { bodies, commit, counts }: Context): Promise<void> {
  const { method, url = "/", headers } = incoming;
  if (isForeign(headers)) throw new BadRequest(403, "Only this machine is answered, and no page of another origin.");
  const [path] = url.split("?");
  if (path !== PATH) throw new BadRequest(404, `Only traces are taken, at ${PATH}.`);
  if (method !== "POST") throw new BadRequest(405, "Traces are sent by POST.");
  const type = headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (type !== PROTOBUF && type !== JSON_TYPE) throw new BadRequest(415, `Send ${PROTOBUF} or ${JSON_TYPE}.`);
  const body = await bodies.read(incoming);
  const { spans, rejected, reason } = readRequest(type === PROTOBUF ? decodeRequest(body) : parsed(body));
  await commit.add(spans);
  counts.spans += spans.length;
  counts.rejected += rejected;
  const result = rejected === 0 ? {} : { partialSuccess: { rejectedSpans: rejected, errorMessage: reason ?? "" } };
  outgoing.writeHead(200, { "content-type": type }).end(type === PROTOBUF ? encodeResponse(result) : JSON.stringify(result));
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (error) {
    throw new TracesUnreadable(`The request is no JSON (${(error as Error).message}).`);
  }
}

function isExpected(error: unknown): boolean {
  return error instanceof BadRequest || error instanceof TracesUnreadable || error instanceof Overloaded;
}

/** Of a failure of ours, such as a full disk, the sender is to try again; what cannot be read is sent in vain. */
function sendError(outgoing: ServerResponse, error: unknown): void {
  if (outgoing.headersSent) return void outgoing.destroy();
  const status = error instanceof BadRequest ? error.status : error instanceof TracesUnreadable ? 400 : 503;
  // What is left of a body that was not read would be taken for the next request.
  outgoing.setHeader("connection", "close");
  if (status === 503) outgoing.setHeader("retry-after", "1");
  outgoing.writeHead(status, { "content-type": JSON_TYPE }).end(JSON.stringify({ message: error instanceof Error ? error.message : String(error) }));
}
