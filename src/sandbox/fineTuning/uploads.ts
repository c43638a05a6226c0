import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { ApiError } from "../request.ts";
import { type Disk, isId } from "./disk.ts";

const MOST_BYTES = 512 * 1024 * 1024;

/** A file object, as OpenAI has it. */
export interface FileObject {
  readonly id: string;
  readonly object: "file";
  readonly bytes: number;
  /** Seconds since the epoch. */
  readonly created_at: number;
  readonly filename: string;
  readonly purpose: string;
  readonly status: "processed";
}

/** Files that were uploaded. */
export class Uploads {
  private readonly disk: Disk;

  constructor(disk: Disk) {
    this.disk = disk;
  }

  /** @throws {ApiError} for a body that is no form with a file and a purpose. */
  async receive(incoming: IncomingMessage): Promise<FileObject> {
    if (Number(incoming.headers["content-length"] ?? 0) > MOST_BYTES) throw new ApiError(413, "request_too_large", "A file may have 512 MB.");
    let form: FormData;
    try {
      form = await new Response(Readable.toWeb(incoming) as ReadableStream, { headers: { "content-type": incoming.headers["content-type"] ?? "" } }).formData();
    } catch {
      throw new ApiError(400, "invalid_form", "The body must be a multipart form with the fields purpose and file.");
    }
    const file = form.get("file");
    const purpose = form.get("purpose");
    if (!(file instanceof File)) throw new ApiError(400, "missing_file", "file must be a file.", "file");
    if (purpose !== "fine-tune") throw new ApiError(400, "invalid_purpose", 'purpose must be "fine-tune".', "purpose");
    const content = new Uint8Array(await file.arrayBuffer());
    const id = `file-${randomBytes(12).toString("hex")}`;
    const object: FileObject = { id, object: "file", bytes: content.length, created_at: Math.floor(Date.now() / 1000), filename: file.name, purpose, status: "processed" };
    this.disk.write(content, "files", `${id}.jsonl`);
    this.disk.write(JSON.stringify(object), "files", `${id}.json`);
    return object;
  }

  /** @throws {ApiError} 404 */
  find(id: string): FileObject {
    const found = isId(id) ? this.disk.json<FileObject>("files", `${id}.json`) : undefined;
    if (!found) throw new ApiError(404, "not_found", `There is no file ${JSON.stringify(id)}.`);
    return found;
  }

  list(): FileObject[] {
    return this.disk.names("files", ".json").map((id) => this.find(id));
  }

  /** @throws {ApiError} 404 */
  content(id: string): string {
    this.find(id);
    return this.disk.read("files", `${id}.jsonl`)!.toString("utf8");
  }
}
