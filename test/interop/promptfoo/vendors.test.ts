import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { differences } from "./compare.ts";
import { promptfooEntry } from "./install.ts";
import { type Example, removeDatabases, runOurs, runPromptfoo } from "./sides.ts";
import { startVendors } from "./vendors.ts";

const CHAT = JSON.stringify([{ role: "system", content: "Be brief." }, { role: "user", content: "Hi" }, { role: "assistant", content: "Hello." }, { role: "user", content: "{{say}}" }]);
const PROMPTS = ["{{say}}", CHAT];
const TESTS = ["Say hello.", "CALL", "THINK"].map((say) => ({ vars: { say } }));
const TOOLS = [{ type: "function", function: { name: "f", description: "F", parameters: { type: "object", properties: { a: { type: "string" } } } } }];
/** promptfoo asks nobody without a key. It is approved for no endpoint of these tests: ours sends none. */
const KEYS = { ANTHROPIC_API_KEY: "none-0123456789", AZURE_API_KEY: "none-0123456789", GOOGLE_API_KEY: "none-0123456789" };
/** What the outcomes that are kept depend on. */
const ANSWERS = createHash("sha256").update(readFileSync(join(import.meta.dirname, "vendors.ts"))).digest("hex");

const at = { apiBaseUrl: "ENDPOINT" };
const provider = (id: string, config: object, label?: string) => ({ id, config, ...(label === undefined ? {} : { label }) });
const suite = (providers: readonly object[], more: object = {}): Example => ({ config: { prompts: PROMPTS, providers, tests: TESTS, env: { OLLAMA_BASE_URL: "ENDPOINT" }, ...more }, env: { ...KEYS, ANSWERS } });

const EXAMPLES: Readonly<Record<string, Example>> = {
  anthropic: suite([
    provider("anthropic:messages:claude-haiku-4-5", at),
    provider("anthropic:claude-haiku-4-5", { ...at, temperature: 0.5, top_p: 0.9, top_k: 3, max_tokens: 7, stop_sequences: ["x"], tools: TOOLS, tool_choice: "required", showThinking: false }, "given"),
    provider("anthropic:messages:claude-sonnet-4-5", { ...at, thinking: { type: "enabled", budget_tokens: 2000 }, temperature: 1, tool_choice: "auto", tools: TOOLS }, "thinking"),
    provider("anthropic:messages:claude-opus-4-8", { ...at, temperature: 0.5, effort: "low" }, "newer"),
    provider("anthropic:messages:claude-opus-5", { ...at, output_format: { type: "json_schema", schema: { type: "object" } } }, "newest"),
    provider("anthropic:messages:claude-fable-5", { ...at, thinking: { type: "disabled" }, metadata: { user_id: "u" }, extra_body: { y: 1 } }, "always thinking"),
  ]),
  azure: suite([
    provider("azure:chat:dep", at),
    provider("azureopenai:chat:dep", { ...at, apiVersion: "2024-10-21", temperature: 0.5, max_tokens: 7, seed: 1, stop: ["x"], tools: TOOLS, tool_choice: "auto", systemPrompt: "S", passthrough: { y: 1 } }, "given"),
    provider("azure:chat:gpt-5-mini", at, "reasoning"),
    provider("azure:chat:my-o3", { ...at, reasoning_effort: "low", max_completion_tokens: 9 }, "o3"),
    provider("azure:chat:grok-4", { ...at, stop: ["x"] }, "grok"),
    provider("azure:chat:dep2", { ...at, omitDefaults: true, response_format: { type: "json_object" } }, "json"),
  ]),
  google: suite([
    provider("google:gemini-2.5-pro", { ...at }),
    provider("google:gemini-2.5-flash", { ...at, apiVersion: "v1", temperature: 0.5, topP: 0.9, maxOutputTokens: 7, stopSequences: ["x"], systemInstruction: "First.", safetySettings: [{ category: "C", threshold: "T" }], tools: TOOLS, tool_choice: "required" }, "given"),
    provider("google:gemini-3.8-flash", { ...at, temperature: 0.5, generationConfig: { topK: 3, seed: 1 }, passthrough: { y: 1 } }, "newer"),
    provider("google:gemini-2.5-flash-lite", { ...at, responseSchema: { type: "OBJECT" }, tools: [{ googleSearch: {} }] }, "schema"),
  ]),
  ollama: suite([
    provider("ollama:chat:llama3.2:1b", {}),
    provider("ollama:chat:qwen3", { temperature: 0.5, num_predict: 7, think: true, format: "json", keep_alive: "1m", tools: TOOLS, passthrough: { options: { num_ctx: 9 }, y: 1 }, system: "S" }, "given"),
    provider("ollama:llama3.2", { top_p: 0.9, system: "S", raw: true, showThinking: false }, "completion"),
    provider("ollama:completion:llama3.2", {}, "plain"),
  ]),
  programs: {
    config: {
      prompts: ["{{say}}", "  spaces\n\nand 'quotes' $HOME {{say}} "],
      providers: [provider(`exec:node p.cjs one "two words" 'three'`, { a: 1 }), provider("exec:node quiet.cjs", {}, "quiet"), provider("exec:node coloured.cjs", {}, "coloured")],
      tests: TESTS,
    },
    files: {
      "p.cjs": "const [prompt, options, context] = process.argv.slice(5); console.log(JSON.stringify([process.argv.slice(2, 5), prompt, JSON.parse(options).config.a, JSON.parse(context).vars.say, require(\"node:fs\").existsSync(\"p.cjs\")])); console.error('noise');",
      "quiet.cjs": "",
      "coloured.cjs": String.raw`console.log("\n \x1b[31mred\x1b[0m \n\nand more  \n")`,
    },
  },
  "programs that fail": {
    config: { prompts: ["{{say}}"], providers: [provider("exec:node exit.cjs", {}), provider("exec:node complains.cjs", {}, "complains"), provider("exec:no-such-program", {}, "none")], tests: TESTS },
    files: { "exit.cjs": "console.log('half'); process.exitCode = 1;", "complains.cjs": "console.error('no model');" },
  },
};

/** Failures are rows of theirs, too. */
const FAILING = new Set(["programs that fail"]);

/** Each suite is run by promptfoo itself and by the built engine: both send a vendor the same, and read the same of its answer. */
describe("vendors and programs are asked as promptfoo asks them", () => {
  let vendors: Awaited<ReturnType<typeof startVendors>>;
  let entry: string;

  before(async function () {
    this.timeout(20 * 60_000);
    entry = promptfooEntry(this);
    vendors = await startVendors();
  });

  after(() => {
    vendors?.close();
    removeDatabases();
  });

  for (const [name, example] of Object.entries(EXAMPLES)) {
    it(name, async function () {
      this.timeout(120_000);
      const [theirs, ours] = await Promise.all([runPromptfoo(example, vendors.url, entry), runOurs(example, vendors.url)]);
      assert.ok("rows" in theirs && theirs.rows.length > 0 && theirs.rows.every(({ error }) => error === FAILING.has(name)), JSON.stringify(theirs).slice(0, 2000));
      assert.deepEqual(differences(theirs, ours), []);
    });
  }
});
