import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { UsageError } from "../usage.ts";

const MARK = 'Written by "llmops hooks install"';

/** Puts the pipeline before every push: git's own pre-push hook, which `git push --no-verify` passes by. */
export async function installHook(front: Front, options: { json?: boolean }): Promise<number> {
  const { repository } = await front.workspace();
  if (!repository) throw new UsageError("This is no git repository: there is nothing to hook into.");
  const folder = await repository.hooksFolder();
  const file = join(folder, "pre-push");
  const present = await readFile(file, "utf8").catch(() => undefined);
  if (present !== undefined && !present.includes(MARK)) {
    throw new UsageError(`${file} is there already, and not ours: it was left as it is. Add to it what should ask the pipeline: llmops pipeline run --trigger on-commit --commit SHA.`);
  }
  await mkdir(folder, { recursive: true });
  await writeFile(file, hook(process.execPath, process.argv[1] as string));
  await chmod(file, 0o755);
  front.print(options.json ? JSON.stringify({ file }) : `${file} written: a push now runs the on-commit stages first. "git push --no-verify" passes by; delete the file to be asked no more.`);
  return EXIT.ok;
}

/** `sh` runs it on every platform: git for Windows brings one. */
function hook(node: string, engine: string): string {
  return `#!/bin/sh
# ${MARK}: what is pushed must not fail the pipeline. Delete this file to be asked no more.
node=${quoted(node)}
engine=${quoted(engine)}
[ -f "$engine" ] || { echo "llmops is no longer at $engine: run \\"llmops hooks install\\" again, or push with --no-verify." >&2; exit 1; }
while read -r _ref sha _remote_ref _remote_sha; do
  case "$sha" in *[!0]*) ;; *) continue ;; esac # a branch that is deleted
  "$node" "$engine" pipeline run --trigger on-commit --commit "$sha" </dev/null
  # 3: a stage waits for a person, which is no failure.
  case $? in 0 | 3) ;; *) exit 1 ;; esac
done
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "/").replaceAll("'", `'\\''`)}'`;
}
