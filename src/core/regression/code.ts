import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { type Checkout, checkOut, suiteCodeOf } from "../evals/suiteCode/checkout.ts";
import { createSuiteCode, type SuiteCode } from "../evals/suiteCode/pool.ts";
import { interpretersOf } from "../evals/suiteCode/runtimes.ts";
import type { Suite } from "../evals/model.ts";
import type { Workspace } from "./workspace.ts";

/** What runs the code of a version of a suite, and from which folder. */
export interface VersionCode {
  readonly suiteCode: SuiteCode;
  readonly folder: string;
  /** Where a file of the workspace stands in it. */
  readonly path: (file: string) => string;
}

/** The code of both versions of a suite, for one run. */
export interface RunCode {
  readonly current: VersionCode;
  /** Lays the baseline's code out beside today's where it differs. */
  baseline(before: Suite): Promise<VersionCode>;
  /** Kills what runs and removes what was laid out. */
  close(): Promise<void>;
}

/** @param file absolute path of the suite. */
export function createRunCode({ root, host, store, disk }: Workspace, file: string): RunCode {
  const folder = dirname(file);
  const current = { suiteCode: createSuiteCode(host.processes, { cwd: folder, interpreters: interpretersOf(host.env) }), folder, path: (path: string) => path };
  const made: Checkout[] = [];
  return {
    current,
    async baseline({ scripts, files }) {
      const texts = new Map([...scripts].map((path) => [path, files.get(path) ?? ""]));
      const now = await Promise.all([...texts.keys()].map((path) => disk.read(path).catch(() => undefined)));
      if ([...texts.values()].every((text, index) => text === now[index])) return current;
      const checkout = await checkOut(root, texts, store.directory ?? tmpdir(), host.clock.now());
      made.push(checkout);
      return { suiteCode: suiteCodeOf(checkout, current.suiteCode, folder), folder: checkout.path(folder), path: checkout.path };
    },
    async close() {
      current.suiteCode.close();
      for (const checkout of made) await checkout.remove();
    },
  };
}
