import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { Overloaded } from "./groupCommit.ts";

const MB = 2 ** 20;
const MOST_BYTES = 16 * MB;
const MOST_UNZIPPED = 64 * MB;
/** Of all requests that are being read, as they come over the wire. */
const MOST_AT_ONCE = 32 * MB;

/** A request that cannot be taken as it is, with HTTP's status. */
export class BadRequest extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = "BadRequest";
    this.status = status;
  }
}

/** Reads bodies, all together no more than the memory allows. */
export class Bodies {
  private reading = 0;

  /** @throws {BadRequest} {@link Overloaded} */
  async read(incoming: IncomingMessage): Promise<Buffer> {
    const { "content-length": length, "content-encoding": encoding = "identity" } = incoming.headers;
    if (Number(length) > MOST_BYTES) throw tooLarge();
    if (encoding !== "gzip" && encoding !== "identity") throw new BadRequest(415, `The encoding ${encoding} is not known: send gzip, or none.`);
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of incoming as AsyncIterable<Buffer>) {
        size += chunk.length;
        this.reading += chunk.length;
        if (size > MOST_BYTES) throw tooLarge();
        if (this.reading > MOST_AT_ONCE) throw new Overloaded("Too many requests are being read.");
        chunks.push(chunk);
      }
      const body = Buffer.concat(chunks);
      return encoding === "gzip" ? await unzipped(body) : body;
    } finally {
      this.reading -= size;
    }
  }
}

async function unzipped(body: Buffer): Promise<Buffer> {
  try {
    return await promisify(gunzip)(body, { maxOutputLength: MOST_UNZIPPED });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw new BadRequest(413, `The request has more than ${MOST_UNZIPPED / MB} MB when it is unzipped.`);
    throw new BadRequest(400, `The request is not gzip (${(error as Error).message}).`);
  }
}

function tooLarge(): BadRequest {
  return new BadRequest(413, `The request has more than ${MOST_BYTES / MB} MB: send smaller batches.`);
}
