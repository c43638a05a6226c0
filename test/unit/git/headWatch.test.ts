import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type HeadMove, watchHead } from "../../../src/core/git/headWatch.ts";
import { findRepository } from "../../../src/core/git/repository.ts";
import { folderWith, write } from "../cli/support.ts";
import { commitAll, ENV, gitIn } from "../engine.ts";
import { temporaryFolder } from "../store/support.ts";

const clock = { now: Date.now, monotonic: () => performance.now(), sleep: (ms: number, signal?: AbortSignal) => sleep(ms, undefined, { signal }) };

/** A repository that is watched; `after` gives the next move that an operation leads to. */
async function watched(folder: string) {
  const repository = (await findRepository(folder, ENV))!;
  const moves: HeadMove[] = [];
  let told = () => {};
  const stop = watchHead(repository, clock, (move) => {
    moves.push(move);
    told();
  });
  // The first look is under way: what happens now is new.
  await repository.reflog(1);
  const git = gitIn(folder);
  return {
    git,
    moves,
    stop,
    after: async (operation: () => unknown): Promise<HeadMove> => {
      const before = moves.length;
      operation();
      while (moves.length === before) await new Promise<void>((resolve) => (told = resolve));
      return moves[before]!;
    },
    head: () => git("rev-parse", "HEAD").trim(),
  };
}

for (const format of ["files", "reftable"]) {
  describe(`HEAD, watched (refs as ${format})`, function () {
    this.timeout(30_000);
    const repositoryOf = (files: Record<string, string>): string => {
      const folder = folderWith(files);
      try {
        execFileSync("git", ["init", "-q", "-b", "main", `--ref-format=${format}`, folder], { stdio: "ignore" });
      } catch {
        // An older git knows one format only.
      }
      commitAll(folder);
      return folder;
    };

    it("says of each operation once where HEAD came to rest, and whether a commit was made", async () => {
      const folder = repositoryOf({ a: "1", b: "1" });
      const { git, moves, after, head, stop } = await watched(folder);
      const change = (file: string, text: string) => (write(folder, { [file]: text }), git("commit", "-qam", `${file} ${text}`));
      const seen: [string, boolean][] = [];
      const step = async (name: string, operation: () => unknown) => {
        const { commit, isNew } = await after(operation);
        assert.equal(commit, head(), name);
        seen.push([name, isNew]);
      };
      await step("commit", () => change("a", "2"));
      await step("amend", () => git("commit", "-q", "--amend", "-m", "other words"));
      await step("checkout of a new branch", () => git("checkout", "-qb", "topic/nested"));
      await step("commit on it", () => change("b", "2"));
      await step("checkout", () => git("checkout", "-q", "main"));
      await step("merge", () => git("merge", "-q", "--no-ff", "-m", "Merge", "topic/nested"));
      await step("reset", () => git("reset", "-q", "--hard", "HEAD~1"));
      await step("commit beside the branch", () => change("a", "3"));
      await step("cherry-pick", () => git("cherry-pick", "topic/nested"));
      await step("revert", () => git("revert", "--no-edit", "HEAD"));
      await step("back to the branch", () => git("checkout", "-q", "topic/nested"));
      await step("rebase of several commits", () => git("rebase", "-q", "main~2"));
      await step("detached", () => git("checkout", "-q", "--detach", "main"));
      stop();
      assert.deepEqual(seen.filter(([, isNew]) => !isNew).map(([name]) => name), ["checkout of a new branch", "checkout", "reset", "back to the branch", "detached"]);
      assert.equal(moves.length, seen.length, "one look an operation");
    });

    it("waits for the end of a rebase that stops at a conflict, and makes nothing of one that is given up", async () => {
      const folder = repositoryOf({ a: "1" });
      const { git, moves, after, stop } = await watched(folder);
      await after(() => git("checkout", "-qb", "topic"));
      await after(() => (write(folder, { a: "topic" }), git("commit", "-qam", "topic")));
      await after(() => git("checkout", "-q", "main"));
      await after(() => (write(folder, { a: "main" }), git("commit", "-qam", "main")));
      await after(() => git("checkout", "-q", "topic"));
      const conflict = () => assert.throws(() => git("rebase", "-q", "main"));
      const given = await after(() => (conflict(), git("rebase", "--abort")));
      assert.equal(given.isNew, false);
      const count = moves.length;
      const done = await after(() => (conflict(), write(folder, { a: "both" }), git("add", "."), git("-c", "core.editor=true", "rebase", "--continue")));
      assert.equal(done.isNew, true);
      assert.equal(moves.length, count + 1);
      stop();
    });

    it("hears nothing of another work tree, nor of branches that move elsewhere; a linked one is watched as well", async () => {
      const folder = repositoryOf({ a: "1" });
      const linked = join(temporaryFolder(), "linked");
      gitIn(folder)("worktree", "add", "-q", "-b", "other", linked);
      const [main, other] = await Promise.all([watched(folder), watched(linked)]);
      await other.after(() => (write(linked, { a: "2" }), other.git("commit", "-qam", "elsewhere")));
      main.git("branch", "third", "other");
      const { commit } = await main.after(() => (write(folder, { a: "3" }), main.git("commit", "-qam", "here")));
      assert.equal(commit, main.head());
      assert.deepEqual([main.moves.length, other.moves.length], [1, 1]);
      main.stop();
      other.stop();
    });

    it("takes no old entry for a new one when the reflog expires", async () => {
      const folder = repositoryOf({ a: "1" });
      const { git, moves, after, stop } = await watched(folder);
      await after(() => (write(folder, { a: "2" }), git("commit", "-qam", "Second")));
      git("reflog", "expire", "--expire=all", "HEAD");
      const { isNew } = await after(() => git("checkout", "-q", "--detach", "HEAD~1"));
      assert.deepEqual([isNew, moves.length], [false, 2]);
      stop();
    });

    it("sees the first commit of a repository", async () => {
      const folder = folderWith({ a: "1" });
      gitIn(folder)("init", "-q", "-b", "main");
      const { git, after, head, stop } = await watched(folder);
      const { commit, isNew } = await after(() => (git("add", "."), git("commit", "-qm", "First")));
      assert.deepEqual([commit, isNew], [head(), true]);
      stop();
    });
  });
}
