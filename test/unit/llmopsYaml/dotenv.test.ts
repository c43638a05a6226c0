import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withDotenv } from "../../../src/core/config/dotenv.ts";

describe(".env", () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "llmops-dotenv-"));
  });
  afterEach(() => rm(root, { recursive: true }));

  const read = (file: string) => readFile(file, "utf8").catch(() => undefined);

  it("is read from the suite's folder, then the root; the process wins over both, even when empty", async () => {
    const suite = await mkdtemp(join(root, "suite-"));
    await writeFile(join(suite, ".env"), "A=suite\r\nB=suite\r\n# comment\r\nQUOTED=\"two words\"\r\n");
    await writeFile(join(root, ".env"), "\uFEFFA=root\nC=root\nEMPTY=root\nexport D='x # y'\n");
    const { env, files } = await withDotenv({ B: "process", EMPTY: "" }, [suite, root], read);
    assert.deepEqual(env, { A: "suite", B: "process", C: "root", D: "x # y", EMPTY: "", QUOTED: "two words" });
    assert.deepEqual(files, [join(suite, ".env"), join(root, ".env")]);
  });

  it("need not exist", async () => {
    assert.deepEqual(await withDotenv({ A: "1" }, [root, root], read), { env: { A: "1" }, files: [] });
  });
});
