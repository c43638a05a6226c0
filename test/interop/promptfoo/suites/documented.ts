import type { Example } from "../sides.ts";

const chat = (more: object = {}) => ({ id: "openai:chat:m", config: { apiBaseUrl: "ENDPOINT/v1", ...more } });

/**
 * Whole suites in the shapes that promptfoo's documentation shows, with features side by side: its package carries no
 * examples that could be run as they are.
 */
export const documented: Readonly<Record<string, Example>> = {
  "translations, by prompt, provider and variable": {
    config: {
      description: "Translations",
      prompts: ["Convert this English to {{language}}: {{input}}", "Translate to {{language}}: {{input}}"],
      providers: [chat(), { ...chat({ temperature: 0.5 }), label: "warm" }],
      tests: [
        { vars: { language: ["French", "German"], input: "Hello world" }, assert: [{ type: "icontains", value: "hello" }, { type: "javascript", value: "1 / (output.length + 1)" }] },
        { vars: { language: "Pirate", input: "Where is the library?" }, assert: [{ type: "not-contains", value: "shore" }] },
      ],
      defaultTest: { assert: [{ type: "contains", value: "{{language}}" }], metadata: { suite: "translations" } },
    },
  },
  "a suite in files: providers, tests and the default test": {
    config: { prompts: ["file://prompts/*.txt"], providers: "file://configs/providers.yaml", defaultTest: "file://configs/default.yaml", tests: "file://tests/*.yaml" },
    files: {
      "prompts/question.txt": "You help. Answer: {{question}}\n",
      "configs/providers.yaml": "- id: openai:chat:m\n  label: first\n  config: { apiBaseUrl: ENDPOINT/v1, temperature: 0.7, max_tokens: 100 }\n- id: echo\n  label: second\n",
      "configs/default.yaml": "assert:\n  - type: javascript\n    value: output.length > 10 && output.length < 500\nvars: { tone: calm }\n",
      "tests/one.yaml": "- vars: { question: What is it? }\n  assert: [{ type: contains, value: What is it? }]\n- vars: { question: Why? }\n  options: { transform: output.toUpperCase() }\n  assert: [{ type: contains, value: WHY? }]\n",
    },
  },
  "assertion templates": {
    config: "prompts: ['Say {{word}}']\nproviders: [echo]\nassertionTemplates:\n  polite: { type: javascript, value: \"!output.includes('damn')\" }\n  short: { type: word-count, value: { max: 3 } }\ntests:\n  - vars: { word: hello }\n    assert:\n      - $ref: '#/assertionTemplates/polite'\n      - $ref: '#/assertionTemplates/short'\n  - vars: { word: damn long words }\n    assert: [{ $ref: '#/assertionTemplates/polite', weight: 2, metric: polite }, { $ref: '#/assertionTemplates/short' }]\n",
  },
  "a table of tests with expectations": {
    config: { prompts: ["Answer {{question}}"], providers: ["echo"], tests: "file://tests.csv", defaultTest: { threshold: 0.5 } },
    files: { "tests.csv": "question,__expected1,__expected2,__metric,__threshold,__description\nWho?,contains: Who,icontains: answer,m,1,a question\nWhat?,equals: nothing,starts-with: Answer,m,,\nWhy?,javascript: output.length > 3,not-contains: no,,,\n" },
  },
  "a chat with its history in a variable": {
    config: {
      prompts: ["file://chat.json"],
      providers: [chat()],
      defaultTest: { vars: { history: [{ role: "user", content: "Who founded it?" }, { role: "assistant", content: "They did." }] } },
      tests: [{ vars: { question: "Did they?" }, assert: [{ type: "contains", value: "They did." }] }, { vars: { question: "When?" } }],
    },
    files: { "chat.json": '[\n  {"role": "system", "content": "You are terse."},\n  {% for turn in history %}{"role": "{{turn.role}}", "content": "{{turn.content}}"},\n  {% endfor %}{"role": "user", "content": "{{question}}"}\n]\n' },
  },
  "a provider of one's own, with prompts and judgements that are code": {
    config: {
      prompts: ["file://prompt.py:make", { id: "file://prompt.js", label: "js" }],
      providers: [{ id: "file://provider.py", label: "own", config: { loud: true } }],
      tests: [{ vars: { topic: "bananas" }, assert: [{ type: "python", value: "file://judge.py" }, { type: "javascript", value: "file://judge.js" }] }],
    },
    files: {
      "prompt.py": "def make(context):\n    return [{'role': 'system', 'content': 'Be kind.'}, {'role': 'user', 'content': 'About ' + context['vars']['topic']}]\n",
      "prompt.js": "module.exports = ({ vars, provider }) => `About ${vars.topic} for ${provider.label}`;",
      "provider.py": "def call_api(prompt, options, context):\n    text = prompt.upper() if options['config']['loud'] else prompt\n    return {'output': text, 'tokenUsage': {'total': 10, 'prompt': 4, 'completion': 6}}\n",
      "judge.py": "def get_assert(output, context):\n    return {'pass': context['vars']['topic'].upper() in output, 'score': 0.5, 'reason': 'topic'}\n",
      "judge.js": "module.exports = (output, context) => ({ pass: output.length > 3, score: 0.8, reason: context.vars.topic });",
    },
  },
  "an API behind HTTP, asked and read as its documents say": {
    config: {
      prompts: ["{{question}}"],
      providers: [{ id: "http", label: "api", config: { url: "ENDPOINT/api/chat", method: "POST", headers: { "Content-Type": "application/json", "X-Custom": "trace-{{question}}" }, body: { messages: [{ role: "user", content: "{{prompt}}" }], model: "m" }, validateStatus: "status < 500", transformResponse: "json.body.messages[0].content + ' / ' + json.custom" } }],
      tests: [{ vars: { question: "How?" }, assert: [{ type: "equals", value: "How? / trace-How?" }] }],
    },
  },
  "JSON that is judged by schema, then taken apart": {
    config: {
      prompts: ["SAY {\"name\": \"{{name}}\", \"age\": {{age}}}"],
      providers: [chat()],
      tests: [
        { vars: { name: "Ada", age: 36 }, assert: [{ type: "is-json", value: { type: "object", required: ["name", "age"], properties: { age: { type: "number", minimum: 18 } } } }] },
        { vars: { name: "Tim", age: 7 }, options: { transform: "JSON.parse(output).age" }, assert: [{ type: "javascript", value: "output >= 18", metric: "adult" }] },
      ],
    },
  },
  "scenarios of data and tests, weighed and named": {
    config: {
      prompts: ["Translate {{text}} into {{language}}"],
      providers: ["echo"],
      scenarios: [{ config: [{ vars: { language: "Spanish" } }, { vars: { language: "French" } }], tests: [{ description: "a greeting", vars: { text: "Hello" }, threshold: 0.6, assert: [{ type: "contains", value: "Spanish", weight: 2, metric: "language" }, { type: "contains", value: "Hello", metric: "text" }] }] }],
    },
  },
  "tests that code makes, with a hook of variables and a filter": {
    config: { prompts: ["{{name | shout}} costs {{price}}"], providers: ["echo"], nunjucksFilters: { shout: "./shout.js" }, tests: { path: "file://tests.py:make", config: { count: 3 } }, defaultTest: { options: { transformVars: "({ ...vars, price: vars.price.toFixed(2) })" } } },
    files: { "shout.js": "module.exports = (text) => text.toUpperCase();", "tests.py": "def make(config):\n    return [{'vars': {'name': f'item {n}', 'price': n * 1.5}, 'assert': [{'type': 'contains', 'value': f'ITEM {n}'}]} for n in range(config['count'])]\n" },
  },
};
