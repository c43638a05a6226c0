import { readFileSync, statSync } from "node:fs";
import { basename, extname, isAbsolute, resolve } from "node:path";
import { isInside } from "../../../config/diskSnapshot.ts";
import { contentHash } from "../../../store/store.ts";
import type { HttpMultipart } from "../../suite/httpSchema.ts";
import { CallError } from "../provider.ts";
import { generated } from "./document.ts";
import { type Filling, fillPlaceholders } from "./template.ts";

type Part = HttpMultipart["parts"][number];

/** A part of a form as it is sent. */
interface Sent {
  readonly name: string;
  readonly filename?: string;
  readonly type?: string;
  readonly content: Buffer;
}

/** A form (RFC 7578): what decides its answer, and how it is sent. */
export interface Form {
  readonly identity: unknown;
  readonly contentType: string;
  body(): Buffer;
}

const TYPES: Readonly<Record<string, string>> = { ".pdf": "application/pdf", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".bmp": "image/bmp", ".tif": "image/tiff", ".tiff": "image/tiff", ".webp": "image/webp", ".txt": "text/plain", ".json": "application/json" };
const MOST_BYTES = 50_000_000;

/**
 * The form of a call. Files are read from the suite's folder each time, since a test may name them; what they hold is
 * part of what decides the answer.
 * @throws {CallError} when a file is not there, too large, or outside of the workspace.
 */
export function formOf({ parts }: HttpMultipart, filling: Filling, place: { readonly root: string; readonly folder: string }): Form {
  const sent = parts.map((part) => sentPart(part, filling, place));
  const identity = sent.map(({ name, filename, type, content }) => ({ name, filename, type, content: contentHash(content.toString("base64")) }));
  const boundary = `llmops-${contentHash(JSON.stringify(identity))}`;
  return { identity, contentType: `multipart/form-data; boundary=${boundary}`, body: () => encoded(sent, boundary) };
}

function sentPart(part: Part, filling: Filling, place: { readonly root: string; readonly folder: string }): Sent {
  const fill = (text: string) => fillPlaceholders(text, filling, (value) => value);
  const name = fill(part.name);
  if (part.kind === "field") return { name, content: Buffer.from(fill(String(part.value))) };
  const file = part.source.type === "path" ? fileAt(fill(part.source.path), place) : generated(part.source.format, fill(part.source.text));
  return { name, filename: fill(part.filenameTemplate ?? part.filename ?? file.filename), type: part.contentType ?? TYPES[extname(file.filename).toLowerCase()] ?? "application/octet-stream", content: file.content };
}

function fileAt(written: string, { root, folder }: { readonly root: string; readonly folder: string }): { filename: string; content: Buffer } {
  const path = written.replace(/^file:\/\//, "");
  const file = isAbsolute(path) ? path : resolve(folder, path);
  if (!isInside(root, file)) throw new CallError("unusable", `${written} is outside of the workspace ${root}. Files of a suite must be inside it.`);
  try {
    if (statSync(file).size > MOST_BYTES) throw new CallError("unusable", `${written} is larger than ${MOST_BYTES / 1e6} MB.`);
    return { filename: basename(file), content: readFileSync(file) };
  } catch (error) {
    if (error instanceof CallError) throw error;
    throw new CallError("unusable", `${written} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`);
  }
}

function encoded(parts: readonly Sent[], boundary: string): Buffer {
  const quoted = (text: string) => `"${text.replaceAll("\n", "%0A").replaceAll("\r", "%0D").replaceAll('"', "%22")}"`;
  const pieces = parts.flatMap(({ name, filename, type, content }) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name=${quoted(name)}${filename === undefined ? "" : `; filename=${quoted(filename)}`}\r\n${type === undefined ? "" : `Content-Type: ${type}\r\n`}\r\n`),
    content,
    Buffer.from("\r\n"),
  ]);
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
}
