import assert from "node:assert/strict";
import { join } from "node:path";
import { echoPrompt, echoSuite, engine, folderWith, json, llmops, write } from "../cli/support.ts";
import { commitAll } from "../engine.ts";
import { pipelineYaml } from "../pipeline/support.ts";
import { FakeKubernetes } from "./fakeKubernetes.ts";

interface Run {
  readonly stages: readonly { readonly steps: readonly { readonly state: string; readonly reason?: string; readonly attempts: readonly { readonly state: string; readonly evals: readonly string[] }[] }[] }[];
}

describe("a stage that runs on Kubernetes", function () {
  this.timeout(60_000);
  let cluster: FakeKubernetes;
  before(async () => (cluster = await FakeKubernetes.start()));
  beforeEach(() => {
    cluster.jobs.clear();
    cluster.posts = 0;
    cluster.intercept = () => undefined;
  });
  after(() => cluster.close());

  const workspace = (steps: string, files: Readonly<Record<string, string>> = {}, more = "") => {
    const folder = folderWith(files);
    write(folder, {
      kubeconfig: cluster.kubeconfig,
      "llmops.yaml": pipelineYaml([`{ name: a, trigger: on-commit, runsOn: kubernetes, shards: 2, steps: [${steps}] }`], `runners: { kubernetes: { namespace: evals, image: registry.example/llmops, repository: "${folder}", memory: 1Gi, cpus: 2, secrets: [keys]${more} } }\n`),
    });
    return { folder, git: commitAll(folder), options: { env: { KUBECONFIG: join(folder, "kubeconfig") } } };
  };

  it("is an indexed Job whose pods clone the commit, and whose parts are judged as one run", async () => {
    const { folder, git, options } = workspace("{ name: eval, eval: . }", echoSuite(24));
    write(folder, echoPrompt(9));
    git("commit", "-qam", "Worse");
    const { code, stderr } = await llmops(folder, ["pipeline", "run"], options);
    assert.equal(code, 1, stderr);
    const run = await json<Run>(folder, ["pipeline", "status"]);
    assert.equal(run.stages[0]?.steps[0]?.reason, "regression in accuracy (24 cases, 0 from cache)", stderr);
    const [job] = cluster.jobs.values();
    const { spec } = job!.manifest;
    assert.deepEqual([spec.completionMode, spec.completions, spec.backoffLimit], ["Indexed", 2, 0]);
    const [container] = spec.template.spec.containers;
    assert.deepEqual([container.image, container.envFrom, container.resources], ["registry.example/llmops", [{ secretRef: { name: "keys" } }], { requests: { cpu: "2", memory: "1Gi" }, limits: { memory: "1Gi" } }]);
  });

  it("is one Job, though the answer to its creation is lost, and a server that is down is waited for", async () => {
    const { folder, options } = workspace("{ name: s, command: 'echo \"$$ $(HOME) at $LLMOPS_COMMIT\" | tail -c 41' }");
    let lost = 0;
    cluster.intercept = ({ method }) => (method === "POST" && lost++ === 0 ? "drop" : cluster.posts === 1 && lost++ < 3 ? "unavailable" : undefined);
    const { code, stderr } = await llmops(folder, ["pipeline", "run"], options);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /Trying again until it answers[\s\S]*answers again/);
    assert.match(stderr, /a\/s \| [0-9a-f]{40}\n/);
    assert.equal(cluster.jobs.size, 1);
  });

  it("that fails says with which exit code, and one that is cancelled is deleted", async () => {
    const failing = workspace("{ name: s, command: exit 5 }");
    const run = await json<Run>(failing.folder, ["pipeline", "run"], failing.options);
    assert.equal(run.stages[0]?.steps[0]?.reason, "A pod of it ended with exit code 5.");
    cluster.jobs.clear();
    const { folder, options } = workspace("{ name: s, command: 'echo began; sleep 60' }");
    const running = engine(folder, ["pipeline", "run"], options);
    await running.shows(/a\/s \| began/);
    running.process.kill("SIGINT");
    assert.equal((await running.ended).code, 130);
    assert.equal(cluster.jobs.size, 0);
  });

  it("needs a kubeconfig that has the context, and may use it", async () => {
    const missing = workspace("{ name: s, command: 'true' }");
    const without = await json<Run>(missing.folder, ["pipeline", "run"], { env: { KUBECONFIG: "/nowhere/config" } });
    assert.match(without.stages[0]?.steps[0]?.reason ?? "", /There is no kubeconfig here \(\/nowhere\/config\)\. Set KUBECONFIG/);
    const { folder, options } = workspace("{ name: s, command: 'true' }", {}, ", context: other");
    const wrong = await json<Run>(folder, ["pipeline", "run"], options);
    assert.match(wrong.stages[0]?.steps[0]?.reason ?? "", /no context "other"\. It has: test\./);
    write(missing.folder, { kubeconfig: cluster.kubeconfig.replace("kube-token", "another") });
    const refused = await json<Run>(missing.folder, ["pipeline", "run", "--again"], missing.options);
    assert.match(refused.stages[0]?.steps[0]?.reason ?? "", /with HTTP 401: Unauthorized\. Check what the account of the kubeconfig may do/);
  });
});
