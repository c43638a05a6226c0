import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { load } from "js-yaml";
import { startGateway, TARGET } from "../../../src/sandbox/gateway/gateway.ts";
import { ROOT } from "../engine.ts";

interface Document {
  paths: Record<string, Record<string, { responses: Record<string, { $ref?: string; content?: Record<string, { schema: object }> }> }>>;
  components: { responses: Record<string, { content: Record<string, { schema: object }> }> };
}

describe("the contract of a rollout target", () => {
  it("is what the sandbox's gateway serves, as docs/rollout-target.openapi.yaml describes it", async () => {
    const document = load(readFileSync(join(ROOT, "docs/rollout-target.openapi.yaml"), "utf8")) as Document;
    const ajv = new Ajv2020({ strict: false });
    ajv.addSchema(document, "contract");
    const gateway = await startGateway();
    try {
      for (const path of ["/targets/{target}/split", "/targets/{target}/metrics", "/targets/{target}/samples"]) {
        const answer = document.paths[path]!["get"]!.responses["200"]!;
        const pointer = answer.$ref === undefined ? `/paths/${path.replaceAll("/", "~1")}/get/responses/200` : answer.$ref.slice(1);
        const validate = ajv.compile({ $ref: `contract#${encodeURI(pointer)}/content/application~1json/schema` });
        const body: unknown = await (await fetch(`${gateway.url}${path.replace("{target}", TARGET)}`)).json();
        assert.ok(validate(body), `${path}: ${ajv.errorsText(validate.errors)}`);
        assert.ok(!validate({}), `${path}: a schema that accepts anything`);
      }
    } finally {
      await gateway.close();
    }
  });
});
