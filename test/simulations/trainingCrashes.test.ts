import assert from "node:assert/strict";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { ahead } from "../unit/cli/support.ts";
import { killedAt } from "../unit/training/crashes.ts";

const WALKS = ["openai-finetune before", "openai-finetune after", "command after"] as const;

/** kill -9 before and after every transaction of a training, one crash a training. */
describe("a training whose engine is killed at every moment", function () {
  this.timeout(240_000);
  let sandbox: Sandbox;
  let walked: (walk: (typeof WALKS)[number]) => Promise<number>;
  before(async () => {
    sandbox = await startSandbox();
    walked = ahead(WALKS, async (walk) => {
      const [kind, when] = walk.split(" ") as ["openai-finetune" | "command", "before" | "after"];
      let at = 1;
      while (await killedAt(kind, when, String(at), sandbox.url)) at++;
      return at - 1;
    });
  });
  after(() => sandbox.close());

  for (const walk of WALKS) it(`goes on with nothing lost or done twice: ${walk} each transaction`, async () => assert.ok((await walked(walk)) >= 6));
});
