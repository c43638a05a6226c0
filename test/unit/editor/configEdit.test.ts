import assert from "node:assert/strict";
import * as yaml from "js-yaml";
import { ConfigUnreadable, endpointNames, freeName, secretNames, withEndpoint } from "../../../src/editor/endpoints/configEdit.ts";

const LOCAL = { kind: "openai", baseUrl: "http://127.0.0.1:11434/v1", model: "llama3.2" } as const;
const PROD = { kind: "openai", baseUrl: "https://llm.example/v1", model: "m", apiKey: "${secret:PROD_KEY}" } as const;

describe("an endpoint added to llmops.yaml", () => {
  it("makes a file where there is none", () => {
    assert.deepEqual(yaml.load(withEndpoint(undefined, "local", LOCAL)), { version: 1, endpoints: { local: LOCAL } });
    assert.deepEqual(yaml.load(withEndpoint("\n", "local", LOCAL)), { version: 1, endpoints: { local: LOCAL } });
  });

  it("leaves comments, order and quotes as they are", () => {
    const text = `# ours
version: 1
endpoints:
  dev: { kind: sandbox }   # offline
suites:
  - path: 'evals/*'
    gate:
      accuracy: { tolerance: 2pt } # points
`;
    const result = withEndpoint(text, "prod", PROD);
    assert.equal(result.replace(/ {2}prod:\n( {4}.+\n)+/, "").replaceAll(/ +#/g, " #"), text.replaceAll(/ +#/g, " #"));
    assert.deepEqual((yaml.load(result) as { endpoints: object }).endpoints, { dev: { kind: "sandbox" }, prod: PROD });
  });

  it("stands after the version where there were no endpoints", () => {
    const result = withEndpoint("version: 1\nsuites:\n  - path: evals/*\n", "local", LOCAL);
    assert.match(result, /^version: 1\nendpoints:\n {2}local:\n/);
    assert.deepEqual(Object.keys(yaml.load(result) as object), ["version", "endpoints", "suites"]);
    assert.match(withEndpoint("version: 1\nendpoints:\nsuites: []\n", "local", LOCAL), /^version: 1\nendpoints:\n {2}local:/);
  });

  it("keeps the line ends of Windows", () => {
    assert.doesNotMatch(withEndpoint("version: 1\r\nsuites: []\r\n", "local", LOCAL), /[^\r]\n/);
  });

  it("is refused where the file cannot be read", () => {
    assert.throws(() => withEndpoint("a: [", "local", LOCAL), ConfigUnreadable);
    assert.throws(() => withEndpoint("- a\n", "local", LOCAL), ConfigUnreadable);
  });

  it("gets a name that is free", () => {
    const names = endpointNames("endpoints: { dev: {}, dev2: {} }");
    assert.deepEqual(names, ["dev", "dev2"]);
    assert.equal(freeName("dev", names), "dev3");
    assert.equal(freeName("prod", names), "prod");
    assert.deepEqual(endpointNames(undefined), []);
    assert.deepEqual(endpointNames("endpoints: 3"), []);
  });
});

describe("secrets in a text", () => {
  it("are found by their references, once each", () => {
    assert.deepEqual(secretNames('apiKey: ${secret:A_KEY}\nheaders: { x: "${secret:B} ${secret:A_KEY}" }\n${env:C}'), ["A_KEY", "B"]);
  });
});
