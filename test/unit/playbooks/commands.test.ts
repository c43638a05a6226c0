import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { folderWith, json, llmops } from "../cli/support.ts";

const BOOK = '# Errors\n\n```sh {"name":"look","changes":"false"}\necho "for $LLMOPS_ALERT"\n```\n\n```bash {"name":"act"}\ntouch acted; [[ 1 == 1 ]] && echo "it\'s done"\n```\n\n```sh {"name":"broken","changes":"false"}\necho before; exit 3\n```\n\n```sh {"name":"never"}\ntouch never\n```\n';

describe("llmops playbook", function () {
  this.timeout(30_000);

  it("runs steps until one fails, and keeps what happened", async () => {
    const folder = folderWith({ "playbooks/errors.md": BOOK, "llmops.yaml": "version: 1\n" });
    const nobody = await llmops(folder, ["playbook", "run", "playbooks/errors.md"]);
    assert.deepEqual([nobody.code, nobody.stderr], [2, 'The step act may change something, and there is nobody to ask: agree with --yes, or say in its block that it changes nothing ({"changes":"false"}).\n']);
    const hostile = "x; touch injected";
    const { code, stdout, stderr } = await llmops(folder, ["playbook", "run", "playbooks/errors.md", "--yes", "--alert", hostile], { env: { MY_API_KEY: "s3cret" } });
    assert.deepEqual([code, stdout], [1, `for ${hostile}\nit's done\nbefore\n`]);
    assert.match(stderr, /^— look\n— act\n— broken\nbroken: Exit code 3\. What happened: llmops playbook timeline [0-9a-f]{8}\n$/);
    assert.deepEqual(["acted", "never", "injected"].map((file) => existsSync(join(folder, "playbooks", file))), [true, false, false]);
    const { executions } = await json<{ executions: { id: string; alert: string }[] }>(folder, ["playbook", "timeline"]);
    assert.deepEqual(executions.map(({ alert }) => alert), [hostile]);
    const { timeline } = await json<{ timeline: { kind: string; step: string | null; text: string }[] }>(folder, ["playbook", "timeline", executions[0]!.id.slice(0, 8)]);
    assert.deepEqual(timeline.map(({ kind, step }) => (step === null ? kind : `${kind} ${step}`)), ["started", "step-started look", "output look", "passed look", "agreed act", "step-started act", "output act", "passed act", "step-started broken", "output broken", "failed broken", "ended"]);
    assert.equal(timeline.at(-1)?.text, "broken: Exit code 3.");
  });

  it("ends a step that hangs, with what it started, and says what is wrong with a playbook", async () => {
    const folder = folderWith({ "playbooks/hangs.md": '```sh {"changes":"false","timeout":"300ms","name":"hang"}\necho begun; sleep 60 & wait\n```\n```sh {"name":"secret","changes":"false"}\necho "[$MY_API_KEY]"\n```\n', "playbooks/none.md": "text\n", "playbooks/twice.md": '```sh {"name":"a"}\nx\n```\n```sh {"name":"a"}\ny\n```\n' });
    const hangs = await json<{ failed: object }>(folder, ["playbook", "run", "playbooks/hangs.md"]);
    assert.deepEqual([hangs.exit, hangs.failed], [1, { step: "hang", reason: "It did not end within 0.3 s." }]);
    assert.equal((await llmops(folder, ["playbook", "run", "playbooks/hangs.md", "--step", "secret"], { env: { MY_API_KEY: "s3cret" } })).stdout, "[]\n", "a step gets no keys");
    const says = async (...args: string[]) => (await llmops(folder, ["playbook", ...args])).stderr;
    assert.match(await says("run", "playbooks/none.md"), /has no steps/);
    assert.equal(await says("run", "playbooks/twice.md"), 'playbooks/twice.md: Two steps are named "a": rename one of them.\n');
    assert.equal(await says("run", "playbooks/hangs.md", "--step", "x"), 'playbooks/hangs.md has no step "x": hang, secret.\n');
    assert.equal(await says("run", "gone.md"), "There is no gone.md.\n");
    assert.equal((await llmops(folder, ["playbook", "list"])).stdout, 'playbooks/hangs.md   hang, secret\nplaybooks/none.md   \nplaybooks/twice.md   Two steps are named "a": rename one of them.\n');
  });
});
