import assert from "node:assert/strict";
import { readTask, type Turn } from "../../../src/sandbox/instructions.ts";
import { ask, useSandbox } from "./client.ts";

const user = (text: string): Turn[] => [{ role: "user", text }];
const shown = (turns: readonly Turn[]) => readTask(turns, undefined).examples.map(({ text, label }) => `${text.trim()} = ${label}`);

const PAIRS = ["I love it", "awful, never again"] as const;
const EXPECTED = [`${PAIRS[0]} = positive`, `${PAIRS[1]} = negative`];

describe("sandbox: reading prompts", () => {
  const layouts: Record<string, string> = {
    "Text / Category": `Text: ${PAIRS[0]}\nCategory: positive\n\nText: ${PAIRS[1]}\nCategory: negative\n\nText: what a joy\nCategory:`,
    "Q / A": `Q: ${PAIRS[0]}\nA: positive\nQ: ${PAIRS[1]}\nA: negative\nQ: what a joy\nA:`,
    "one line each": `Review: ${PAIRS[0]} / Mood: positive\nReview: ${PAIRS[1]} / Mood: negative\nReview: what a joy`,
    "numbered and bold": `1. **Text 1:** ${PAIRS[0]}\n**Label:** positive\n2. **Text 2:** ${PAIRS[1]}\n**Label:** negative\n\nText: what a joy`,
    "quotes and arrows": `"${PAIRS[0]}" -> positive\n"${PAIRS[1]}" -> negative\n"what a joy" ->`,
    "bullets and arrows": `- ${PAIRS[0]} => positive\n- ${PAIRS[1]} => negative\n\nReview: what a joy`,
    tags: `<example><input>${PAIRS[0]}</input><output>positive</output></example>\n<example><input>${PAIRS[1]}</input><output>negative</output></example>\n<input>what a joy</input>`,
    "JSON outputs": `Text: ${PAIRS[0]}\nOutput: {"mood": "positive"}\n\nText: ${PAIRS[1]}\nOutput: {"mood": "negative"}\n\nText: what a joy\nOutput:`,
  };
  for (const [name, text] of Object.entries(layouts)) {
    it(`finds examples and query written as ${name}`, () => {
      const turns = user(`Judge the mood.\n\n${text}`);
      assert.deepEqual(shown(turns), EXPECTED);
      assert.equal(readTask(turns, undefined).query, "what a joy");
      assert.deepEqual(shown([{ role: "system", text: `Judge the mood.\n\n${text.split("\n").slice(0, -1).join("\n")}` }, ...user("what a joy")]).slice(0, 2), EXPECTED);
    });
  }

  it("learns from user → assistant turns", () => {
    const turns: Turn[] = [
      { role: "system", text: "Judge the mood as positive or negative." },
      ...user(PAIRS[0]),
      { role: "assistant", text: "Positive." },
      ...user(`Review: ${PAIRS[1]}`),
      { role: "assistant", text: "negative" },
      ...user("Review: what a joy\nMood:"),
    ];
    assert.deepEqual(shown(turns), ["positive = positive", "negative = negative", ...EXPECTED]);
    assert.equal(readTask(turns, undefined).query, "what a joy");
  });

  const lists: Record<string, string> = {
    "after a colon": "Categories: bug report, question, praise",
    "one of": "Answer with exactly one of: bug report, question or praise.",
    "in quotes": 'Choose one category from "bug report", "question" and "praise".',
    bars: "Label (bug report|question|praise): reply with bug report|question|praise",
    sentence: "Classify the mail as bug report, question, or praise. Be careful.",
    bullets: "Use one of these categories:\n- bug report\n- question\n- praise",
    "bullets with descriptions": "Categories:\n\n* **bug report**: something is broken\n* `question` – the writer wants to know\n* praise (all is well)",
  };
  for (const [name, text] of Object.entries(lists)) {
    it(`finds labels listed ${name}`, () => {
      const labels = readTask([{ role: "system", text }, ...user("hi")], undefined).examples.map(({ label }) => label);
      assert.deepEqual(labels, ["bug report", "question", "praise"]);
    });
  }

  it("does not take what a customer writes for instructions or examples", () => {
    const system: Turn = { role: "system", text: 'Classify as home or work.\n"my sofa" -> home\n"my desk" -> work' };
    const text = 'Please choose either red, blue or green. Home -> Settings is broken.\nOrder: 1\nAnswer in JSON: {"x": 1}';
    const task = readTask([system, ...user(text)], undefined);
    assert.deepEqual(new Set(task.examples.map(({ label }) => label)), new Set(["home", "work"]));
    assert.equal(task.format.keys, undefined);
    assert.equal(task.query, text);
    const single = readTask(user(`${system.text}\n\nMessage: ${text}`), undefined);
    assert.deepEqual(single, task);
  });

  it("takes a message of several lines, and instructions after it", () => {
    const task = readTask(user('Classify the mail as home or work.\n\nMail: Dear all,\n\nOrder: 17\nBye\n\nAnswer in JSON with the key "place".'), undefined);
    assert.equal(task.query, "Dear all,\n\nOrder: 17\nBye");
    assert.deepEqual(task.format.keys, [{ name: "place", holds: "label" }]);
  });

  const formats: [string, string, string[] | undefined][] = [
    ["a template", 'Reply in JSON: {"reason": "…", "category": "…", "confidence": 0.9}', ["reason:text", "category:label", "confidence:number"]],
    ["a template on the next lines", 'Reply as JSON:\n```\n{\n  "intent": "<intent>"\n}\n```', ["intent:label"]],
    ["named keys", "Return JSON with the keys intent and score.", ["intent:label", "score:number"]],
    ["no key", "Topics: a, b. Output JSON.", ["topic:label"]],
    ["a refusal of it", "Do not use JSON.", undefined],
  ];
  for (const [name, text, keys] of formats) {
    it(`reads the format from ${name}`, () => {
      const { format } = readTask([{ role: "system", text }, ...user("hi")], undefined);
      assert.deepEqual(format.keys?.map((key) => `${key.name}:${key.holds}`), keys);
    });
  }

  it("follows the examples' format when none is told, and a JSON Schema before both", () => {
    const turns = user(layouts["JSON outputs"]!);
    assert.deepEqual(readTask(turns, undefined).format.keys, [{ name: "mood", holds: "label" }]);
    const schema = { type: "object", properties: { mood: { enum: ["positive", "negative"] }, p: { type: "number" } } };
    const task = readTask(user("what a joy"), { type: "json_schema", json_schema: { name: "x", schema } });
    assert.deepEqual(task.format, { keys: [{ name: "mood", holds: "label" }, { name: "p", holds: "number" }], labels: ["positive", "negative"] });
    assert.deepEqual(task.examples.map(({ label }) => label), ["positive", "negative"]);
  });
});

describe("sandbox: answering prompts", () => {
  const sandbox = useSandbox();

  it("answers what the examples teach, in the format told", async () => {
    const prompt = 'Sort the animal.\nPet: barks at cats / Kind: dog\nPet: purrs on the sofa / Kind: cat\nPet: it purrs and meows';
    assert.equal(await ask(sandbox.get(), prompt), "cat");
    assert.deepEqual(JSON.parse(await ask(sandbox.get(), `Answer with JSON {"kind": "…", "reply": "…"}.\n${prompt}`)), { kind: "cat", reply: "You said: it purrs and meows" });
    assert.equal(await ask(sandbox.get(), prompt.replace("Kind: dog", "Kind: cat").replace("Kind: cat\nPet: it", "Kind: dog\nPet: it")), "dog");
  });

  it("follows swapped labels: nothing is canned", async () => {
    const prompt = (a: string, b: string) => `"barks at the mailman" -> ${a}\n"purrs on the sofa" -> ${b}\n"loudly barks at night" ->`;
    assert.equal(await ask(sandbox.get(), prompt("dog", "cat")), "dog");
    assert.equal(await ask(sandbox.get(), prompt("cat", "dog")), "cat");
  });

  it("repeats what it is asked when there is nothing to learn", async () => {
    assert.equal(await ask(sandbox.get(), "Say hello to Bob"), "You said: Say hello to Bob");
    assert.match(await ask(sandbox.get(), [{ role: "system", content: "You are kind." }, { role: "user", content: "Who am I?" }]), /Who am I\?/);
    assert.deepEqual(JSON.parse(await ask(sandbox.get(), "Greet Bob.", { response_format: { type: "json_object" } })), { label: "You said: Greet Bob." });
  });
});
