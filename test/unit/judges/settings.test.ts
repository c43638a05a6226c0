import assert from "node:assert/strict";
import { join } from "node:path";
import { suiteSettings } from "../../../src/core/config/settings.ts";
import { endpointGraders } from "../../../src/core/evals/providers/endpoint.ts";
import { START } from "../../../src/core/problem.ts";
import { mistakes, ROOT, valid } from "../llmopsYaml/support.ts";

const place = () => ({ file: "llmops.yaml", range: START });

describe("llmops.yaml says who judges", () => {
  it("by the name of an endpoint", async () => {
    const config = await valid("version: 1\nendpoints: { dev: { kind: sandbox } }\nsuites: [{ path: '.', judge: dev }]\n");
    assert.equal(suiteSettings(config, ROOT, join(ROOT, "promptfooconfig.yaml")).judge, "dev");
  });

  it("a name that is none is a mistake at its place", async () => {
    const found = await mistakes("version: 1\nendpoints: { dev: { kind: sandbox } }\nsuites: [{ path: '.', judge: deb }]\n");
    assert.deepEqual(found.map(({ at, marked }) => `${at} ${marked}`), ["3:30 deb"]);
    assert.match(found[0]!.message, /no endpoint named "deb".*Did you mean "dev"/);
  });

  it("and by which models; a key goes with each of them", () => {
    const ids = ({ text, embedding, moderation }: ReturnType<typeof endpointGraders>) => [text?.id, embedding?.id, moderation?.id];
    assert.deepEqual(ids(endpointGraders("dev", { kind: "sandbox" }, place)), ["openai:chat:sandbox-small", "openai:embedding:sandbox-embed", "openai:moderation:sandbox-moderation"]);
    assert.deepEqual(ids(endpointGraders("p", { kind: "openai", baseUrl: "https://x.example/v1", model: "m" }, place)), ["openai:chat:m", undefined, undefined]);
    const all = endpointGraders("p", { kind: "openai", baseUrl: "https://x.example/v1", model: "m", apiKey: "${secret:K}", embeddingModel: "e", moderationModel: "o", parameters: { temperature: 1 } }, place);
    assert.deepEqual(ids(all), ["openai:chat:m", "openai:embedding:e", "openai:moderation:o"]);
    assert.deepEqual([all.embedding?.config, all.moderation?.label], [{ apiBaseUrl: "https://x.example/v1", apiKey: "${secret:K}", headers: undefined }, "p"]);
  });
});
