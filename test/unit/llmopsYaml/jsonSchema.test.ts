import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { llmopsJsonSchema, renderJsonSchema } from "../../../src/core/config/jsonSchema.ts";

describe("JSON Schema of llmops.yaml", () => {
  it("media/llmops.schema.json is up to date (else: node scripts/schema.mjs)", () => {
    const kept = readFileSync(new URL("../../../media/llmops.schema.json", import.meta.url), "utf8").replaceAll("\r\n", "\n");
    assert.equal(kept, renderJsonSchema());
  });

  it("describes every field, since the description is what a hover shows", () => {
    const without: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (node === null || typeof node !== "object") return;
      const { properties, ...rest } = node as { properties?: Record<string, { description?: string }> };
      for (const [name, property] of Object.entries(properties ?? {})) {
        if (!property.description) without.push(`${path}.${name}`);
        visit(property, `${path}.${name}`);
      }
      for (const [key, child] of Object.entries(rest)) visit(child, `${path}/${key}`);
    };
    visit(llmopsJsonSchema(), "");
    assert.deepEqual(without, []);
  });

  it("accepts what people write and refuses unknown keys", () => {
    const ajv = new Ajv({ strict: false });
    (addFormats as unknown as (ajv: Ajv) => void)(ajv);
    const validate = ajv.compile(llmopsJsonSchema());
    const good = {
      version: 1,
      endpoints: { dev: { kind: "sandbox" } },
      suites: [{ path: "a.yaml", gate: { accuracy: { tolerance: "2pt", min: "85%" }, own: { max: 3, direction: "lower" } } }],
      pipeline: [{ name: "a", trigger: "manual", timeout: 20, steps: [{ name: "b", command: "c", timeout: "5m" }] }],
    };
    assert.ok(validate(good), JSON.stringify(validate.errors));
    assert.ok(!validate({ ...good, suits: [] }));
    assert.ok(!validate({ ...good, suites: [{ path: "a.yaml", gate: { accuracy: { tolerence: "2pt" } } }] }));
    assert.ok(!validate({ suites: [] }), "version is required");
  });
});
