import type { IncomingMessage } from "node:http";
import { ApiError } from "../request.ts";
import { type Answer, readJson, toJson } from "../wire.ts";
import type { Disk } from "./disk.ts";
import { Jobs } from "./jobs.ts";
import type { TunedModels } from "./models.ts";
import { Uploads } from "./uploads.ts";

const PAGE = 20;

/** OpenAI's files and fine-tuning jobs. */
export interface FineTuning {
  /** `undefined`: none of these routes. @throws {ApiError} */
  answer(incoming: IncomingMessage): Promise<Answer | undefined>;
  close(): void;
}

/** @param models where those that jobs make are kept. @param epochMs milliseconds that every epoch takes longer */
export function createFineTuning(disk: Disk, models: TunedModels, epochMs: () => number): FineTuning {
  const uploads = new Uploads(disk);
  const jobs = new Jobs({ disk, uploads, models, epochMs });
  return {
    async answer(incoming) {
      const { pathname, searchParams } = new URL(incoming.url ?? "/", "http://sandbox");
      const [, version, group, ...parts] = pathname.split("/").map(decodeURIComponent);
      if (version !== "v1") return undefined;
      if (group === "files") return answerFiles(uploads, incoming, parts);
      if (group !== "fine_tuning" || parts[0] !== "jobs") return undefined;
      const [, id, what] = parts;
      switch (`${incoming.method} ${id === undefined ? "jobs" : (what ?? "job")}`) {
        case "POST jobs":
          return toJson(shown(jobs.create(await readJson(incoming))));
        case "GET jobs":
          return toJson(page(jobs.list().filter(({ metadata }) => hasMetadata(metadata ?? {}, searchParams)).map(shown), searchParams));
        case "GET job":
          return toJson(shown(jobs.find(id!)));
        case "GET events":
          return toJson(page(jobs.events(id!), searchParams));
        case "GET checkpoints":
          jobs.find(id!);
          return toJson(page([], searchParams));
        case "POST cancel":
          return toJson(shown(jobs.cancel(id!)));
        default:
          return undefined;
      }
    },
    close: () => jobs.close(),
  };
}

async function answerFiles(uploads: Uploads, incoming: IncomingMessage, [id, what]: readonly string[]): Promise<Answer | undefined> {
  if (incoming.method === "POST" && id === undefined) return toJson(await uploads.receive(incoming));
  if (incoming.method !== "GET") return undefined;
  if (id === undefined) return toJson({ object: "list", data: uploads.list(), has_more: false });
  if (what === undefined) return toJson(uploads.find(id));
  return what === "content" ? { status: 200, headers: { "content-type": "application/octet-stream" }, chunks: [uploads.content(id)] } : undefined;
}

function shown<T extends { runner: number }>({ runner: _runner, ...job }: T): Omit<T, "runner"> {
  return job;
}

/** `after`: the id of the last one that the caller has. */
function page<T extends { id: string }>(all: readonly T[], query: URLSearchParams): object {
  const limit = Number(query.get("limit") ?? PAGE);
  if (!Number.isInteger(limit) || limit < 1) throw new ApiError(400, "invalid_value", "limit must be a whole number from 1 on.", "limit");
  const after = query.get("after");
  const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
  const data = all.slice(from, from + limit);
  return { object: "list", data, has_more: from + limit < all.length };
}

/** `metadata[key]=value` of a query. */
function hasMetadata(metadata: Readonly<Record<string, string>>, query: URLSearchParams): boolean {
  return [...query].every(([name, value]) => {
    const key = /^metadata\[(.+)\]$/.exec(name)?.[1];
    return key === undefined || metadata[key] === value;
  });
}
