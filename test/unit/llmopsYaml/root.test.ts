import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { findGitRoot, findRoot, storeFolder } from "../../../src/core/config/root.ts";

/** A file system of texts by absolute path. */
function disk(files: Record<string, string>) {
  const byPath = new Map(Object.entries(files).map(([path, text]) => [resolve(path), text]));
  return {
    exists: async (path: string) => [...byPath.keys()].some((file) => file === path || file.startsWith(join(path, "/"))),
    read: async (path: string) => byPath.get(path),
  };
}

const find = (files: Record<string, string>, folder: string) => {
  const { exists } = disk(files);
  return findRoot(folder, { exists, gitRoot: (start) => findGitRoot(start, exists) });
};

describe("root", () => {
  it("is the nearest folder with llmops.yaml", async () => {
    const files = { "/r/.git/HEAD": "", "/r/llmops.yaml": "", "/r/team/llmops.yaml": "", "/r/team/evals/a/promptfooconfig.yaml": "" };
    const root = await find(files, "/r/team/evals/a");
    assert.deepEqual(root, { folder: resolve("/r/team"), configFile: resolve("/r/team/llmops.yaml"), gitRoot: resolve("/r") });
    assert.equal((await find(files, "/r/other")).folder, resolve("/r"));
  });

  it("is the git root without llmops.yaml, and does not reach beyond it", async () => {
    const files = { "/home/llmops.yaml": "", "/home/r/.git/HEAD": "", "/home/r/evals/promptfooconfig.yaml": "" };
    assert.deepEqual(await find(files, "/home/r/evals"), { folder: resolve("/home/r"), configFile: undefined, gitRoot: resolve("/home/r") });
  });

  it("is the suite's folder without git", async () => {
    assert.deepEqual(await find({ "/x/evals/promptfooconfig.yaml": "" }, "/x/evals"), { folder: resolve("/x/evals"), configFile: undefined, gitRoot: undefined });
    assert.equal((await find({ "/x/llmops.yaml": "" }, "/x/evals")).folder, resolve("/x"));
  });
});

describe("store folder", () => {
  const linked = {
    "/main/.git/HEAD": "",
    "/main/.git/worktrees/wt/commondir": "../..\n",
    "/main/.git/worktrees/wt/gitdir": `${resolve("/elsewhere/wt/.git")}\n`,
    "/elsewhere/wt/.git": `gitdir: ${resolve("/main/.git/worktrees/wt")}\n`,
  };

  it("lies in the root", async () => {
    assert.equal(await storeFolder({ folder: resolve("/main/team"), gitRoot: resolve("/main") }, disk(linked).read), resolve("/main/team/.llmops"));
    assert.equal(await storeFolder({ folder: resolve("/x"), gitRoot: undefined }, disk({}).read), resolve("/x/.llmops"));
  });

  it("of a linked work tree is the main one's", async () => {
    const root = { folder: resolve("/elsewhere/wt/team"), gitRoot: resolve("/elsewhere/wt") };
    assert.equal(await storeFolder(root, disk(linked).read), resolve("/main/team/.llmops"));
  });

  it("is not led elsewhere by a .git file that the repository does not know, nor by a submodule's", async () => {
    const forged = { ...linked, "/evil/.git": linked["/elsewhere/wt/.git"] };
    assert.equal(await storeFolder({ folder: resolve("/evil"), gitRoot: resolve("/evil") }, disk(forged).read), resolve("/evil/.llmops"));
    const submodule = { "/main/sub/.git": "gitdir: ../.git/modules/sub\n", "/main/.git/modules/sub/HEAD": "" };
    assert.equal(await storeFolder({ folder: resolve("/main/sub"), gitRoot: resolve("/main/sub") }, disk(submodule).read), resolve("/main/sub/.llmops"));
  });
});
