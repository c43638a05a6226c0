import http, { type IncomingMessage, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { isForeign, listenLocally, type LocalServer, LOOPBACK } from "../../loopback.ts";
import { ARTIFACT_ROUTES, getArtifactAt, listArtifacts, putArtifactAt } from "./artifacts.ts";
import { invalid, MlflowError } from "./errors.ts";
import { EXPERIMENT_ROUTES } from "./experiments.ts";
import { LOG_ROUTES } from "./log.ts";
import type { Context } from "./route.ts";
import { RUN_ROUTES } from "./runs.ts";
import { SEARCH_ROUTES } from "./search.ts";

const ROUTES = { ...EXPERIMENT_ROUTES, ...RUN_ROUTES, ...LOG_ROUTES, ...SEARCH_ROUTES, ...ARTIFACT_ROUTES };
const API = "/api/2.0/mlflow/";
const ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts";
/** A batch of a thousand metrics, a hundred parameters and tags of the longest is less. */
const MOST_BYTES = 4 * 2 ** 20;

/**
 * Answers, for this machine only, the part of MLflow's tracking REST API that its Python client uses for
 * runs (https://mlflow.org/docs/latest/rest-api.html), from the store.
 * Its `url` is what `MLFLOW_TRACKING_URI` is set to. @param port 0: any that is free. @param failed is told of an error that is not the client's.
 * @throws when the port cannot be had.
 */
export function serveMlflow(context: Context, port: number, failed: (error: unknown) => void): Promise<LocalServer> {
  const server = http.createServer((incoming, outgoing) => {
    answer(context, incoming, outgoing).catch((error: unknown) => {
      if (!(error instanceof MlflowError) && !incoming.destroyed) failed(error);
      sendError(outgoing, error);
    });
  });
  return listenLocally(server, port);
}

async function answer(context: Context, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  if (isForeign(incoming.headers)) throw new MlflowError("PERMISSION_DENIED", "Only this machine is answered, and no page of another origin.");
  const { pathname, searchParams } = new URL(incoming.url ?? "/", `http://${LOOPBACK}`);
  const method = incoming.method ?? "GET";
  if (pathname === "/health") return void outgoing.end("OK");
  if (pathname === ARTIFACTS && method === "GET") return send(outgoing, 200, listArtifacts(context, searchParams.get("path") ?? ""));
  if (pathname.startsWith(`${ARTIFACTS}/`)) return answerArtifact(context, method, decode(pathname.slice(ARTIFACTS.length + 1)), incoming, outgoing);
  const name = `${method} ${pathname.startsWith(API) ? pathname.slice(API.length) : pathname}`;
  if (!pathname.startsWith(API) || !Object.hasOwn(ROUTES, name)) throw new MlflowError("ENDPOINT_NOT_FOUND", `${method} ${pathname} is not part of what "llmops mlflow serve" answers: runs, their logs and artifacts (docs/experiments.md).`);
  const input = method === "GET" ? Object.fromEntries(searchParams) : await bodyOf(incoming);
  send(outgoing, 200, ROUTES[name]!(context, input));
}

async function answerArtifact(context: Context, method: string, path: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  if (method === "PUT") {
    await putArtifactAt(context, path, incoming);
    return send(outgoing, 200, {});
  }
  if (method !== "GET") throw new MlflowError("ENDPOINT_NOT_FOUND", "Artifacts are put and got here, and go with their run.");
  const { size, content } = getArtifactAt(context, path);
  // A file that somebody logged is never shown as a page.
  outgoing.writeHead(200, { "content-type": "application/octet-stream", "content-length": size, "x-content-type-options": "nosniff" });
  await pipeline(content, outgoing);
}

async function bodyOf(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) throw invalid(`A request has at most ${MOST_BYTES / 2 ** 20} MB.`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8") || "{}") as unknown;
  } catch (error) {
    throw invalid(`The request is no JSON (${(error as Error).message}).`);
  }
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw invalid(`${JSON.stringify(path)} is no path.`);
  }
}

function send(outgoing: ServerResponse, status: number, body: object): void {
  outgoing.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function sendError(outgoing: ServerResponse, error: unknown): void {
  if (outgoing.headersSent) return void outgoing.destroy();
  const { status, code, message } = error instanceof MlflowError ? error : new MlflowError("INTERNAL_ERROR", error instanceof Error ? error.message : String(error));
  // What is left of a body that was not read would be taken for the next request.
  outgoing.setHeader("connection", "close");
  send(outgoing, status, { error_code: code, message });
}
