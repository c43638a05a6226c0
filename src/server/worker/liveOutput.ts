import type { StepOutput } from "../../core/pipeline/context.ts";
import type { Clock } from "../../core/host.ts";

/** What an editor can draw without falling behind. */
const MOST_CHARACTERS = 64 * 1024;
const EVERY_MS = 100;

/** Passes on what steps write, each line with whose it is, at a rate that an editor can draw: what is too much is counted. */
export class LiveOutput {
  private readonly clock: Clock;
  private readonly tell: (text: string) => void;
  private readonly open = new Map<string, string>();
  private text = "";
  private dropped = 0;
  private pending = false;

  constructor(clock: Clock, tell: (text: string) => void) {
    this.clock = clock;
    this.tell = tell;
  }

  add({ stage, step, text }: StepOutput): void {
    const name = `${stage}/${step}`;
    const lines = ((this.open.get(name) ?? "") + text).split("\n");
    this.open.set(name, lines.pop()!);
    for (const line of lines) {
      if (this.text.length < MOST_CHARACTERS) this.text += `${name} | ${line}\n`;
      else this.dropped++;
    }
    if (this.pending || (this.text === "" && this.dropped === 0)) return;
    this.pending = true;
    void this.clock.sleep(EVERY_MS).then(() => this.flush());
  }

  private flush(): void {
    const more = this.dropped > 0 ? `… ${this.dropped} lines not shown: they are in the log\n` : "";
    this.tell(this.text + more);
    this.text = "";
    this.dropped = 0;
    this.pending = false;
  }
}
