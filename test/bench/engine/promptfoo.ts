import { installedPromptfoo, promptfooEnv } from "../../interop/promptfoo/install.ts";
import { ms, wholeProcess } from "../measure.ts";
import { NODE } from "./subject.ts";

/** promptfoo on the same suites. Where it is not installed, the rows say so: `npm test` never does, the tests against it do. */
export class Promptfoo {
  readonly entry = installedPromptfoo();
  private readonly home: string;

  /** @param home a folder for its database and cache. */
  constructor(home: string) {
    this.home = home;
  }

  /** What stands beside a figure of ours: its median over `runs`; one run is not warmed up. */
  async beside(args: readonly string[], { cwd, runs = 1 }: { cwd?: string; runs?: number } = {}): Promise<string> {
    if (this.entry === undefined) return "promptfoo: not installed";
    const time = await wholeProcess({ file: NODE, args: [this.entry, ...args], env: promptfooEnv(this.home), ...(cwd === undefined ? {} : { cwd }) }, runs);
    return `promptfoo ${ms(time)}`;
  }
}
