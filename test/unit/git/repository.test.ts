import assert from "node:assert/strict";
import { chmodSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gitSnapshot } from "../../../src/core/git/gitSnapshot.ts";
import { findRepository, type Repository } from "../../../src/core/git/repository.ts";
import { folderWith, write } from "../cli/support.ts";
import { commitAll, ENV, gitIn } from "../engine.ts";
import { temporaryFolder } from "../store/support.ts";

const find = async (folder: string): Promise<Repository> => {
  const repository = await findRepository(folder, ENV);
  assert.ok(repository);
  return repository;
};

describe("a repository", function () {
  this.timeout(20_000);

  it("is none where there is no git", async () => {
    assert.equal(await findRepository(temporaryFolder(), ENV), undefined);
    const folder = folderWith({ a: "1" });
    commitAll(folder);
    assert.equal(await findRepository(folder, { PATH: "/nowhere" }), undefined);
  });

  it("without commits has a branch and nothing else", async () => {
    const folder = temporaryFolder();
    gitIn(folder)("init", "-q", "-b", "main");
    const repository = await find(folder);
    assert.deepEqual([await repository.resolve("HEAD"), await repository.branch(), await repository.defaultBranch()], [undefined, "main", undefined]);
  });

  it("knows HEAD, its branch, its ancestors and when a commit was made", async () => {
    const folder = folderWith({ a: "1" });
    const git = commitAll(folder);
    const first = git("rev-parse", "HEAD").trim();
    write(folder, { a: "2" });
    git("commit", "-qam", "Second");
    const second = git("rev-parse", "HEAD").trim();
    const repository = await find(folder);
    assert.equal(repository.root, folder);
    assert.deepEqual([await repository.resolve("HEAD"), await repository.resolve("HEAD~1"), await repository.resolve("nothing"), await repository.resolve("--help")], [second, first, undefined, undefined]);
    assert.deepEqual(await repository.ancestors(second, 50), [first]);
    assert.equal(await repository.commitTime(first), Number(git("log", "-1", "--format=%ct", first)) * 1000);
    assert.equal(await repository.show(first, join(folder, "a")), "1");
    assert.equal(await repository.show(second, join(folder, "b")), undefined);

    git("checkout", "-q", "--detach", first);
    assert.deepEqual([await repository.branch(), await repository.resolve("HEAD"), await repository.defaultBranch()], [undefined, first, "main"]);
  });

  it("reads files whose names have spaces, quotes, accents and brackets", async () => {
    const names = ["ä ö.txt", "a b/it's.txt", "日本/[x] *.txt", "a b/empty.txt"];
    const folder = folderWith(Object.fromEntries(names.map((name) => [name, name.includes("empty") ? "" : `in ${name}`])));
    const repository = await find((commitAll(folder), folder));
    const commit = await repository.resolve("HEAD") ?? "";
    for (const name of names) assert.equal(await repository.show(commit, join(folder, name)), name.includes("empty") ? "" : `in ${name}`);
    assert.deepEqual((await repository.list(commit, folder)).sort(), names.map((name) => join(folder, name)).sort());
    assert.deepEqual((await repository.list(commit, join(folder, "a b"))).sort(), [join(folder, "a b/empty.txt"), join(folder, "a b/it's.txt")]);
    assert.deepEqual(await gitSnapshot(repository, commit).glob("*.txt", join(folder, "a b")), [join(folder, "a b/empty.txt"), join(folder, "a b/it's.txt")]);
  });

  it("gives a file's text whole and without a byte-order mark", async () => {
    const text = "é\r\n".repeat(100_000);
    const folder = folderWith({ "large.txt": `\uFEFF${text}` });
    const repository = await find((commitAll(folder), folder));
    assert.equal(await gitSnapshot(repository, (await repository.resolve("HEAD"))!).read(join(folder, "large.txt")), text);
  });

  it("finds the default branch in what people and CI have", async () => {
    const origin = folderWith({ a: "1" });
    const git = commitAll(origin);
    git("branch", "-q", "trunk");
    const names: [name: string, make: (folder: string) => void, expected: string | undefined][] = [
      ["a clone", () => {}, "origin/main"],
      ["a clone of another default branch", (folder) => gitIn(folder)("remote", "set-head", "origin", "trunk"), "origin/trunk"],
      ["a checkout as CI makes it", (folder) => (gitIn(folder)("checkout", "-q", "--detach"), gitIn(folder)("branch", "-qD", "main"), gitIn(folder)("remote", "set-head", "origin", "--delete")), "origin/main"],
      ["a repository of its own", (folder) => gitIn(folder)("remote", "remove", "origin"), "main"],
      ["one with neither main nor master", (folder) => (gitIn(folder)("remote", "remove", "origin"), gitIn(folder)("branch", "-qm", "work")), undefined],
    ];
    for (const [name, make, expected] of names) {
      const folder = temporaryFolder();
      gitIn(folder)("clone", "-q", origin, ".");
      make(folder);
      assert.equal(await (await find(folder)).defaultBranch(), expected, name);
    }
  });
});

describe("what a repository remembers of its refs", function () {
  this.timeout(20_000);

  it("follows commit, amend, checkout, reset, branch and packed refs", async () => {
    const folder = folderWith({ a: "1" });
    const git = commitAll(folder);
    const repository = await find(folder);
    const base = git("rev-parse", "HEAD").trim();
    const moves: [string, () => void][] = [
      ["commit", () => git("commit", "-q", "--allow-empty", "-m", "Second")],
      ["amend", () => git("commit", "-q", "--amend", "--allow-empty", "-m", "Second, better")],
      ["pack", () => git("pack-refs", "--all")],
      ["commit on packed refs", () => git("commit", "-q", "--allow-empty", "-m", "Third")],
      ["reset", () => git("reset", "-q", "--hard", base)],
      ["checkout", () => git("checkout", "-q", "-b", "topic/one")],
      ["commit on a nested branch", () => git("commit", "-q", "--allow-empty", "-m", "Topic")],
      ["main moved from elsewhere", () => git("branch", "-qf", "main", "topic/one")],
      ["detach", () => git("checkout", "-q", "--detach")],
      ["back", () => git("checkout", "-q", "main")],
    ];
    const seen = async () => [await repository.resolve("HEAD"), await repository.branch(), await repository.resolve("main")];
    const actual = () => [git("rev-parse", "HEAD").trim(), git("rev-parse", "--abbrev-ref", "HEAD").trim().replace(/^HEAD$/, ""), git("rev-parse", "main").trim()].map((text) => text || undefined);
    for (const [name, move] of moves) {
      await seen();
      move();
      assert.deepEqual(await seen(), actual(), name);
    }
  });

  it("asks no second time while nothing moved, not even when git is gone", async () => {
    const folder = folderWith({ a: "1" });
    const git = commitAll(folder);
    const env = { ...ENV };
    const repository = (await findRepository(folder, env))!;
    const head = await repository.resolve("HEAD");
    rmSync(join(folder, ".git/objects"), { recursive: true });
    assert.equal(await repository.resolve("HEAD"), head);
    assert.throws(() => git("rev-parse", "--verify", "HEAD^{commit}"));
  });

  it("is a linked worktree's own, whose store is the main one's", async () => {
    const folder = folderWith({ a: "1" });
    const git = commitAll(folder);
    const linked = join(temporaryFolder(), "linked tree");
    git("worktree", "add", "-q", "-b", "other", linked);
    const repository = await find(linked);
    assert.deepEqual([repository.root, await repository.mainWorktree(), await repository.branch()], [linked, folder, "other"]);
    const before = await repository.resolve("HEAD");
    gitIn(linked)("commit", "-q", "--allow-empty", "-m", "Linked");
    assert.notEqual(await repository.resolve("HEAD"), before);
    await repository.resolve("main");
    git("commit", "-q", "--allow-empty", "-m", "Main");
    assert.equal(await repository.resolve("main"), git("rev-parse", "HEAD").trim());
  });
});

describe("a repository whose configuration executes code", function () {
  this.timeout(20_000);

  /** A program that leaves a mark; whatever git hands to it. */
  function trap(): { program: string; sprung: () => string[] } {
    const folder = temporaryFolder();
    const program = join(folder, "trap.sh");
    writeFileSync(program, `#!/bin/sh\ntouch "${folder}/sprung-$$"\nexit 1\n`);
    chmodSync(program, 0o755);
    return { program, sprung: () => readdirSync(folder).filter((name) => name.startsWith("sprung")) };
  }

  async function everything(folder: string): Promise<void> {
    const repository = await find(folder);
    const head = (await repository.resolve("HEAD"))!;
    await repository.branch();
    await repository.defaultBranch();
    await repository.mergeBase(head, "main");
    await repository.ancestors(head, 10);
    await repository.commitTime(head);
    await repository.list(head, folder);
    await repository.show(head, join(folder, "a.txt"));
    await repository.mainWorktree();
    await gitSnapshot(repository, head).glob("**/*.txt", folder);
  }

  it("executes nothing, whatever is read", async () => {
    const folder = folderWith({ "a.txt": "1", ".gitattributes": "*.txt diff=trap filter=trap\n" });
    const git = commitAll(folder);
    // A commit that says it is signed: with log.showSignature git would call gpg.program.
    const commit = git("cat-file", "commit", "HEAD").replace("\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n");
    writeFileSync(join(folder, ".git/signed"), commit);
    git("reset", "-q", "--soft", git("hash-object", "-t", "commit", "-w", ".git/signed").trim());
    const { program, sprung } = trap();
    const hooks = temporaryFolder();
    const programs = ["core.fsmonitor", "gpg.program", "diff.external", "diff.trap.command", "diff.trap.textconv", "filter.trap.clean", "filter.trap.smudge", "core.pager", "pager.log", "core.sshCommand", "core.askPass", "core.editor", "credential.helper"];
    const settings = { ...Object.fromEntries(programs.map((name) => [name, program])), "core.hooksPath": hooks, "log.showSignature": "true", "alias.log": `!${program}` };
    for (const hook of ["post-checkout", "reference-transaction", "post-index-change", "fsmonitor-watchman"]) {
      for (const place of [hooks, join(folder, ".git/hooks")]) writeFileSync(join(place, hook), `#!/bin/sh\nexec ${program}\n`, { mode: 0o755 });
    }
    for (const [name, value] of Object.entries(settings)) git("config", name, value);

    await everything(folder);
    assert.deepEqual(sprung(), []);
    // The trap is a real one: unhardened, git springs it.
    try {
      gitIn(folder)("log", "-1");
    } catch {
      // It fails, as the program does.
    }
    assert.notEqual(sprung().length, 0);
  });

  it("fetches nothing that is missing: a partial clone's server is a program of its configuration too", async () => {
    const folder = folderWith({ "a.txt": "1" });
    const git = commitAll(folder);
    const { program, sprung } = trap();
    const blob = git("rev-parse", "HEAD:a.txt").trim();
    rmSync(join(folder, ".git/objects", blob.slice(0, 2), blob.slice(2)));
    const settings = { "core.repositoryformatversion": "1", "extensions.partialClone": "origin", "remote.origin.url": folder, "remote.origin.promisor": "true", "remote.origin.uploadpack": program, "protocol.file.allow": "always", "protocol.ext.allow": "always" };
    for (const [name, value] of Object.entries(settings)) git("config", name, value);
    await everything(folder);
    assert.deepEqual(sprung(), []);
    assert.throws(() => gitIn(folder)("cat-file", "blob", blob));
    assert.notEqual(sprung().length, 0);
  });
});
