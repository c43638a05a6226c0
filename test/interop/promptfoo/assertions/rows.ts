import { RUBY, TYPES } from "../../../unit/assertions/examples.ts";
import { encoded } from "./endpoint.ts";

/** An output, or what an endpoint answers with, and what is expected of it. */
export interface Tested {
  readonly output?: unknown;
  readonly vars?: Readonly<Record<string, unknown>>;
  readonly threshold?: number;
  readonly assert: readonly object[];
  /** The sides differ, and are meant to: a piece of `docs/promptfoo-differences.md`. */
  readonly differs?: string;
}

const tested = (output: unknown, assert: readonly object[], more: Partial<Tested> = {}): Tested => ({ output, assert, ...more });
const both = (type: string, output: unknown, more: object = {}, differs?: string): Tested[] => [type, `not-${type}`].map((type) => tested(output, [{ type, ...more }], differs === undefined ? {} : { differs }));

/** Every example of the unit tests as it is and with `not-`, and how assertions go together. */
export function given(url: string): Tested[] {
  const examples = Object.entries({ ...TYPES, ruby: RUBY }).flatMap(([type, { pass = [], fail = [], error = [], scores = [], raw = [], fixed = [] }]) =>
    [
      ...[...pass, ...fail, ...error].map(([value, output, more]) => ({ value, output, more })),
      ...[...scores, ...raw, ...fixed].map(([value, output, , , more]) => ({ value, output, more })),
    ]
      // promptfoo asks what is no address again and again, for minutes.
      .filter(({ value }) => type !== "webhook" || !value)
      .flatMap(({ value, output, more }) => both(type, output, { ...(value === undefined ? {} : { value }), ...more }, STRICTER.has(said(type, value)) ? "a value that an assertion cannot use" : undefined)),
  );
  return [...examples, ...scripts, ...refusals, ...together, ...webhooks(url)];
}

const said = (type: string, value: unknown) => `${type} ${JSON.stringify(value)}`;

/** Values that promptfoo makes the best of. */
const STRICTER = new Set([
  said("word-count", { min: "few" }),
  ...["is-sql", "contains-sql"].map((type) => said(type, { databaseType: "Oracle" })),
  ...[{ allowedTables: "t" }, ["t"]].map((value) => said("is-sql", value)),
]);

const NO_JUDGEMENT = "a script that returns no judgement";

const scripts: Tested[] = [
  ...["output === 'x'", "output === 'y'", "0.4", "0", "-1", "1", "const a = 1; a > 0", "return true;\n", "if (output) {\n  return 0.3;\n}", "({ pass: true, score: 0.7, reason: 'so' })", "({ pass: false, score: 0.7, reason: 'so' })", "output.missing.key", "output ===", "undefined", "null", "context.vars.n >= 0"].flatMap((value) =>
    [...both("javascript", "x", { value }), ...both("javascript", "x", { value, threshold: 0.5 })],
  ),
  ...["'yes'", "[true]"].flatMap((value) => both("javascript", "x", { value }, NO_JUDGEMENT)),
  ...["'yes'", "float('nan')", "[True]", "{'pass': True}", "{'pass': True, 'score': '1', 'reason': ''}", "'{'", "object()"].flatMap((value) => both("python", "x", { value }, NO_JUDGEMENT)),
  ...["'yes'", "[true]", "{pass: true}"].flatMap((value) => both("ruby", "x", { value }, NO_JUDGEMENT)),
  tested("the cat sat", [{ type: "meteor", value: "the cat sat" }], { differs: "`meteor`" }),
];

const refusals: Tested[] = [
  ...["not able to", "really sorry", "sorry", "unable to"].flatMap((rest) => [`I am ${rest}`, `I'm ${rest}`]),
  ...["I apologize", "I cannot", "I will not", "It is illegal", "My apologies", "Sorry"],
  ...["am unable to", "'m unable to", " cannot", " can't", " won't", " do not", " don't", "'m not able to"].flatMap((subject) =>
    `answer|assist|change|comply|create|engage|feel comfortable|fulfill|generate|give|help|participate|provide|recommend|suggest|support|write|actually help|actually provide|actually recommend`
      .split("|")
      .map((verb) => `Well, I${subject.startsWith("a") ? " " : ""}${subject} ${verb} it`),
  ),
  ...["as a language model", "as an AI", "as an Assistant", "cannot assist with that request", "can't fulfill your request", "they cannot comply", "they can't help", "I am programmed", "if you have any other non-malicious requests", "is illegal and unethical"],
  ...["not appropriate", "not ethical", "not legal", "the generated text has been blocked by our content filters", "I aim to avoid", "I aim to provide", "I want to be direct", "I want to be helpful while", "I want to be helpful, but", "that would not be appropriate"],
].map((text) => tested(`${text} …`, [{ type: "is-refusal" }]));

const contains = (value: string, more: object = {}) => ({ type: "contains", value, ...more });
const set = (assert: object[], more: object = {}) => ({ type: "assert-set", assert, ...more });
const rouge = (value: string, more: object = {}) => ({ type: "rouge-n", value, ...more });

const together: Tested[] = [
  tested("the cat sat", [contains("cat"), contains("dog")]),
  tested("the cat sat", [contains("cat"), contains("dog")], { threshold: 0.5 }),
  tested("the cat sat", [contains("cat", { weight: 3 }), contains("dog")], { threshold: 0.8 }),
  tested("the cat sat", [contains("cat"), contains("dog", { weight: 0 })]),
  tested("the cat sat", [contains("dog", { weight: 0 })]),
  tested("the cat sat", [rouge("the cat lay"), { type: "bleu", value: "the cat sat", weight: 2 }]),
  tested("the cat sat", [rouge("the cat lay", { weight: 0 }), contains("cat")]),
  tested("the cat sat", [rouge("the cat lay", { metric: "overlap" }), { type: "gleu", value: "the dog", metric: "overlap", weight: 2 }], { threshold: 0.3 }),
  tested("the cat sat", [{ type: "not-rouge-n", value: "the cat lay" }, { type: "not-gleu", value: "a dog" }], { threshold: 0.6 }),
  tested("the cat sat", [set([contains("cat"), contains("dog")]), contains("sat")]),
  tested("the cat sat", [set([contains("cat"), contains("dog")], { threshold: 0.5 }), contains("sat")]),
  tested("the cat sat", [set([contains("cat"), contains("dog")], { weight: 0 }), contains("sat")]),
  tested("the cat sat", [set([rouge("the cat lay"), contains("dog", { weight: 2 })], { threshold: 0.2, weight: 3, metric: "m" }), contains("sat", { metric: "m" })]),
  tested("", [contains("x"), { type: "is-refusal" }], { threshold: 0 }),
  tested("", [{ type: "is-json" }, { type: "is-refusal" }]),
  tested("", []),
  tested({ city: "Köln" }, [contains("Köln"), { type: "is-json", value: { required: ["city"] } }, { type: "equals", value: { city: "Köln" } }]),
  tested([1, "ü"], [contains("ü"), { type: "equals", value: [1, "ü"] }]),
  tested("日本語のテキスト", [{ type: "levenshtein", value: "日本語テキスト", threshold: 1 }, { type: "rouge-n", value: "日本語のテキスト" }, { type: "word-count", value: 1 }]),
  tested("x", [{ type: "latency", threshold: -1 }]),
  tested("x", [{ type: "rouge-n", value: "{{word}}" }, { type: "is-xml", value: "{{word}}", weight: 0 }], { vars: { word: "x" } }),
  tested("x", [{ type: "contains", value: "x" }, { type: "bleu" }]),
  tested("x", [{ type: "contains", value: "x" }, set([{ type: "finish-reason" }])]),
];

function webhooks(url: string): Tested[] {
  const hook = (answer: unknown) => `${url}/hook/${encoded(answer)}`;
  return [
    ...[{ pass: true }, { pass: false }, { pass: true, score: 0.4 }, { pass: false, score: 0.4, reason: "so so" }, { pass: true, score: 1, reason: "" }, { pass: true, reason: null }].flatMap((answer) => both("webhook", "x", { value: hook(answer) })),
    ...["length", "long"].flatMap((output) => both("webhook", output.slice(0, 4), { value: `${url}/hook/length` })),
    ...both("webhook", "abc", { value: `${url}/hook/length` }),
    ...[{ pass: "yes" }, {}, [], null].flatMap((answer) => both("webhook", "x", { value: hook(answer) }, "a webhook that does not answer")),
  ];
}

const weather = { name: "weather", parameters: { type: "object", required: ["city"], properties: { city: { type: "string" }, days: { type: "number" } } } };

/** Answered by an endpoint to a provider of this configuration. */
export const answered: { readonly config: object; readonly rows: readonly Tested[] } = {
  config: {
    passthrough: { logprobs: true },
    functions: [weather, { name: "{{named}}", parameters: { type: "object" } }, { name: "bare" }],
    tools: [{ type: "function", function: weather }, { type: "other" }],
  },
  rows: [
    ...["stop", "length", "tool_calls", "function_call", "content_filter", "STOP", "end_turn", "max_tokens", "tool_use", "refusal", "pause_turn", "own"].flatMap((finish_reason) => [
      ...answers({ message: { content: "x" }, finish_reason }, "finish-reason", { value: finish_reason }),
      ...answers({ message: { content: "x" }, finish_reason }, "finish-reason", { value: "stop" }),
    ]),
    ...[undefined, null, "", " "].flatMap((finish_reason) => answers({ message: { content: "x" }, finish_reason }, "finish-reason", { value: "stop" })),
    ...answers({ message: { content: "" }, finish_reason: "content_filter" }, "finish-reason", { value: "content_filter" }),
    ...answers({ message: { content: "x" }, finish_reason: "stop" }, "finish-reason", { value: "Stop" }),
    ...[[-0.1, -0.2], [0], [-3, -1, -2], [-20]].flatMap((values) =>
      [undefined, 0.3, 0.5, 2, 8].flatMap((threshold) => ["perplexity", "perplexity-score"].flatMap((type) => answers({ message: { content: "x" }, logprobs: logprobs(values) }, type, threshold === undefined ? {} : { threshold }))),
    ),
    ...[undefined, null, { content: [] }, { content: null }].flatMap((none) => ["perplexity", "perplexity-score"].flatMap((type) => answers({ message: { content: "x" }, logprobs: none }, type, { threshold: 1 }))),
    ...[
      call("weather", '{"city": "Rome"}'), call("weather", '{"city": 3}'), call("weather", "{}"), call("weather", '{"city": "Rome", "days": 2, "more": 1}'), call("weather", "no JSON"), call("storm", "{}"), call("later", "{}"), call("bare", "{}"), { name: "weather" }, { name: 3, arguments: "{}" },
    ].flatMap((function_call) => [
      ...answers({ message: { content: null, function_call } }, "is-valid-openai-function-call"),
      ...answers({ message: { content: null, function_call } }, "is-valid-function-call"),
      ...answers({ message: { content: "text too", function_call } }, "is-valid-openai-function-call"),
      ...answers({ message: { content: null, tool_calls: [{ id: "1", type: "function", function: function_call }] } }, "is-valid-openai-tools-call"),
      ...answers({ message: { content: "text too", tool_calls: [{ id: "1", type: "function", function: function_call }] } }, "is-valid-openai-tools-call"),
      ...answers({ message: { content: "", tool_calls: [{ type: "function", function: call("weather", '{"city": "Rome"}') }, { type: "function", function: function_call }] } }, "is-valid-openai-tools-call"),
      ...answers({ message: { content: null, tool_calls: [{ id: "1", type: "function", function: function_call }] } }, "tool-call-f1", { value: "weather" }),
    ]),
    ...["x", '{"name": "weather", "arguments": "{}"}'].flatMap((content) => ["is-valid-openai-function-call", "is-valid-function-call", "is-valid-openai-tools-call"].flatMap((type) => answers({ message: { content } }, type))),
    ...answers({ message: { content: null, refusal: "I cannot do this" } }, "is-refusal"),
    ...answers({ message: { content: "yes", refusal: "no way" } }, "contains", { value: "no way" }),
    ...answers({ message: { content: null } }, "is-refusal"),
  ],
};

function answers(choice: object, type: string, more: object = {}): Tested[] {
  return [type, `not-${type}`].map((type) => ({ vars: { answer: encoded(choice), named: "later" }, assert: [{ type, ...more }] }));
}

function call(name: string, args: string): object {
  return { name, arguments: args };
}

function logprobs(values: readonly number[]): object {
  return { content: values.map((logprob) => ({ token: "x", logprob, bytes: null, top_logprobs: [] })) };
}
