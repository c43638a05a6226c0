import { relative, sep } from "node:path";
import picomatch from "picomatch";
import type { Snapshot } from "../config/snapshot.ts";
import type { Repository } from "./repository.ts";

/** The workspace as a commit has it. Files are read when they are asked for, each once. */
export function gitSnapshot(repository: Repository, commit: string): Snapshot {
  const texts = new Map<string, Promise<string | undefined>>();
  return {
    read(file) {
      let text = texts.get(file);
      if (!text) {
        text = repository.show(commit, file).then((found) => found?.replace(/^\uFEFF/, ""));
        texts.set(file, text);
      }
      return text;
    },
    async glob(pattern, cwd) {
      const matches = picomatch(pattern, { dot: false });
      const files = await repository.list(commit, cwd);
      return files.filter((file) => matches(relative(cwd, file).split(sep).join("/"))).sort();
    },
  };
}
