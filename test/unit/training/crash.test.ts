import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Sandbox, startSandbox } from "../../../src/sandbox/server.ts";
import { ahead } from "../cli/support.ts";
import { isGone } from "../pipeline/support.ts";
import { killedAt, smallBench } from "./crashes.ts";

/** The moments at which most could go wrong; test/simulations/trainingCrashes.test.ts walks through all of them. */
const MOMENTS = ["openai-finetune submitting", "openai-finetune training", "openai-finetune evaluating", "command submitting"] as const;

describe("a training whose engine is killed", function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let killed: (moment: (typeof MOMENTS)[number]) => Promise<boolean>;
  before(async () => {
    sandbox = await startSandbox();
    killed = ahead(MOMENTS, (moment) => {
      const [kind, state = ""] = moment.split(" ") as ["openai-finetune" | "command", string];
      return killedAt(kind, "after", state, sandbox.url);
    });
  });
  after(() => sandbox.close());

  for (const moment of MOMENTS) it(`goes on after ${moment}, with nothing lost or done twice`, async () => assert.ok(await killed(moment)));
});

describe("a training whose command is killed", () => {
  it("fails, and says by what", async () => {
    const bench = await smallBench("command");
    bench.configure((text) => text.replace(/command: '.*'/, () => "command: 'sleep 1000 & echo $! > child; echo $$ > pid; wait'"));
    try {
      const key = await bench.start();
      const driven = bench.drive(key);
      const pid = join(bench.folder, "pid");
      while (!existsSync(pid) || readFileSync(pid, "utf8").trim() === "") await new Promise((resolve) => setTimeout(resolve, 10));
      process.kill(Number(readFileSync(pid, "utf8")), "SIGKILL");
      const training = await driven;
      assert.equal(training.state, "failed");
      assert.match(training.reason!, /ended by SIGKILL|exit code 137/);
      const child = Number(readFileSync(join(bench.folder, "child"), "utf8"));
      while (!isGone(child)) await new Promise((resolve) => setTimeout(resolve, 10));
    } finally {
      await bench.close();
    }
  });
});
