import type { Assertion } from "../model.ts";
import type { AssertionDefinition } from "./definition.ts";
import { jsonObjects } from "./jsonObjects.ts";
import { problemsOf, schemaOf } from "./jsonSchema.ts";

export const isJson: AssertionDefinition = {
  check: checkSchema,
  async grade({ type, value, text }) {
    const schema = await schemaOf(type, value);
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch (error) {
      return { holds: false, claim: "be valid JSON", found: (error as Error).message };
    }
    return schema ? { holds: schema(parsed), claim: "conform to the JSON schema", found: problemsOf(schema) } : { holds: true, claim: "be valid JSON" };
  },
};

export const containsJson: AssertionDefinition = {
  check: checkSchema,
  async grade({ type, value, text }) {
    const schema = await schemaOf(type, value);
    const objects = await jsonObjects(text);
    if (!schema) return { holds: objects.length > 0, claim: "contain a JSON object" };
    const holds = objects.some((object) => schema(object));
    return { holds, claim: "contain a JSON object that conforms to the schema", found: objects.length === 0 ? "it contains none at all" : problemsOf(schema) };
  },
};

async function checkSchema({ type, value }: Assertion): Promise<string | undefined> {
  try {
    await schemaOf(type, value);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
