import type { Example } from "../sides.ts";
import { contains, echoed } from "./support.ts";

const TESTS = [{ vars: { a: "x" } }];
const one = (prompts: unknown, files: Record<string, string>, more: object = {}): Example => ({ config: { prompts, providers: ["echo"], tests: TESTS, ...more }, files });

/** Every way to write a prompt. */
export const prompts: Readonly<Record<string, Example>> = {
  "a text alone": one("Hi {{a}}", {}),
  "a path alone": one("file://p.txt", { "p.txt": "Hi {{a}}\n" }),
  "a text file of several": one(["file://p.txt"], { "p.txt": "One {{a}}\n---\n\n Two {{a}} \n---  \n---\nThree --- {{a}}\n" }),
  "a text file with CRLF": one(["p.txt"], { "p.txt": "One {{a}}\r\nmore\r\n---\r\nTwo {{a}}\r\n" }),
  "Markdown and Jinja, not trimmed": one(["p.md", "p.j2"], { "p.md": "\n# Hi {{a}}\n---\nmore\n\n", "p.j2": " {% if a %}yes{% endif %}\n" }),
  "JSON": one(["p.json"], { "p.json": '[\n  {"role": "system", "content": "Be {{a}}"},\n  {"role": "user", "content": "{{a}}"}\n]\n' }),
  "JSON that a template makes": one(["p.json"], { "p.json": '[{% for i in [1, 2] %}{"role": "user", "content": "{{a}} {{i}}"}{% if not loop.last %},{% endif %}{% endfor %}]' }),
  "YAML": one(["p.yaml"], { "p.yaml": "- role: system\n  content: |\n    Be {{a}}\n- role: user\n  content: '{{a}}'\n" }),
  "YAML that a template makes": one(["p.yaml"], { "p.yaml": "{% for i in [1] %}\n- role: user\n  content: {{a}}\n{% endfor %}\n" }),
  "YAML and JSON that name files": one(["p.yaml", "p.json"], { "p.yaml": "- role: system\n  content: file://system.txt\n", "p.json": '[{"role": "system", "content": "file://system.txt"}]', "system.txt": "You are {{a}}.\n" }),
  "JSON Lines": one(["p.jsonl"], { "p.jsonl": '["{{a}}"]\n\n{"q": "{{a}}"}\nplain {{a}}\n' }),
  "CSV with columns": one(["p.csv"], { "p.csv": 'label,prompt\none,"Hi, {{a}}"\ntwo, Yo {{a}} \n,third {{a}}\n' }),
  "CSV without commas": one(["p.csv"], { "p.csv": "prompt\nHi {{a}}\n\n  Yo {{a}}\n" }),
  // Of several files promptfoo takes the order that the disk gives them in.
  "files that a pattern finds": one(["parts/*.txt"], { "parts/1.txt": "Two {{a}}\n---\nThree {{a}}", "parts/2.md": "{{a}}" }),
  "labels": one([{ raw: "Hi {{a}}", label: "hi" }, { id: "file://p.txt", label: "file" }], { "p.txt": "Yo {{a}}" }),
  "a map of paths and labels": one({ "p.txt": "one", "q.txt": "two" }, { "p.txt": "Hi {{a}}", "q.txt": "Yo {{a}}" }),
  "the same text twice": one(["Hi {{a}}", "Hi {{a}}", { raw: "Hi {{a}}", label: "other" }], {}),
  "a sentence with a slash": { ...one(["Answer yes/no about {{a}}", "Hi {{a}}"], {}), differs: 'a sentence such as "Say hello to Mr. X" as a prompt' },
  "a text with a line end and slashes": one(["Answer yes/no:\n{{a}}"], {}),
  "an empty file": one(["p.txt"], { "p.txt": "\n" }),
  "a file that is not there": one(["file://none.txt"], {}),
  "the parameters of a prompt": { config: { prompts: [{ raw: "{{a}}", label: "hot", config: { temperature: 1, max_tokens: 5 } }, { raw: "{{a}} cold", label: "cold" }], providers: [{ id: "openai:chat:m", config: { apiBaseUrl: "ENDPOINT/v1", temperature: 0.5 } }], tests: TESTS } },
  "a prefix on a chat in JSON": { ...one(["p.json"], { "p.json": '[{"role": "user", "content": "{{a}}"}]' }, { defaultTest: { options: { prefix: "Now: ", suffix: "!" } } }), differs: "`prefix` and `suffix` on a chat in JSON or YAML" },
  "comments and raw blocks": { config: echoed("{# note #}{% raw %}{{a}}{% endraw %} {{a}}", TESTS) },
  "open marks": { config: echoed(["one {{ a", "two {% a", "JSON {\"x\": {{a}}"], TESTS) },
  "a prompt that begins like JSON": { config: echoed(["{not JSON} {{a}}", "[not JSON] {{a}}", "{{a}}"], [{ vars: { a: "{x" }, assert: [contains("{")] }]) },
};
