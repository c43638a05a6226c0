import type { Redactor } from "../../config/redactor.ts";
import type { Clock } from "../../host.ts";
import { appendLog } from "../../store/pipeline/logs.ts";
import type { Store } from "../../store/store.ts";

/** A piece is stored when it has this many bytes, or this long after its first one. */
const PIECE_BYTES = 64 * 1024;
const PIECE_MS = 100;
/** What is kept of a log: its beginning, and its end. */
const HEAD_BYTES = 2 * 2 ** 20;
const TAIL_BYTES = 6 * 2 ** 20;

/** The log of one attempt: decoded, masked, stored in pieces, never larger than 8 MB. */
export class AttemptLog {
  readonly redactor: Redactor;
  private readonly store: Store;
  private readonly clock: Clock;
  private readonly attempt: number;
  private readonly told: (text: string) => void;
  private readonly decoder = new TextDecoder();
  private readonly masked: ReturnType<Redactor["stream"]>;
  private piece = "";
  private timed = false;
  private seq: number;
  private headBytes: number;
  private tailBytes = 0;
  private readonly tail: { seq: number; bytes: number }[] = [];

  /** `stored`: number of the last piece there is of this log, and bytes of all. */
  constructor(options: { store: Store; clock: Clock; attempt: number; stored?: { seq: number; bytes: number }; redactor: Redactor; told: (text: string) => void }) {
    this.store = options.store;
    this.clock = options.clock;
    this.attempt = options.attempt;
    this.told = options.told;
    this.seq = options.stored?.seq ?? 0;
    this.headBytes = options.stored?.bytes ?? 0;
    this.redactor = options.redactor;
    this.masked = options.redactor.stream();
  }

  /** What a process wrote; bytes that are no text become “�”. */
  write(chunk: Buffer): void {
    this.add(this.masked.push(this.decoder.decode(chunk, { stream: true })));
  }

  /** A line of our own. */
  note(line: string): void {
    this.add(this.masked.push(`${line}\n`));
  }

  /** Stores what is left. */
  close(): void {
    this.add(this.masked.push(this.decoder.decode()) + this.masked.end());
    this.flush();
  }

  private add(text: string): void {
    if (text === "") return;
    this.piece += text;
    if (this.piece.length >= PIECE_BYTES) this.flush();
    else if (!this.timed) {
      this.timed = true;
      void this.clock.sleep(PIECE_MS).then(() => {
        this.timed = false;
        this.flush();
      });
    }
  }

  /** Stores what was written so far, and `beside` in the same transaction. */
  flush(beside?: () => void): void {
    if (this.piece === "") return beside && this.store.write(beside);
    const text = this.piece;
    const body = Buffer.from(text);
    this.piece = "";
    const seq = ++this.seq;
    const dropped: { seq: number; bytes: number }[] = [];
    if (this.headBytes < HEAD_BYTES) this.headBytes += body.length;
    else {
      this.tail.push({ seq, bytes: body.length });
      this.tailBytes += body.length;
      for (let oldest = this.tail[0]; this.tailBytes > TAIL_BYTES && oldest; oldest = this.tail[0]) {
        dropped.push(oldest);
        this.tailBytes -= oldest.bytes;
        this.tail.shift();
      }
    }
    appendLog(this.store, this.attempt, { seq, at: this.clock.now(), body }, dropped, beside);
    this.told(text);
  }
}
