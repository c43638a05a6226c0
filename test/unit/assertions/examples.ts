import type { Assertion } from "../../../src/core/evals/model.ts";

type Example = [value: unknown, output: unknown, more?: Partial<Assertion>];

/** What an assertion gives for an output, as it is and with `not-` before it. */
export interface Examples {
  /** Passes as it is, fails with `not-`. */
  pass?: Example[];
  /** Fails as it is, passes with `not-`. */
  fail?: Example[];
  /** Cannot be judged, with or without `not-`. */
  error?: Example[];
  /** With `not-` the opposite, and 1 − score. */
  scores?: [value: unknown, output: unknown, score: number, pass: boolean, more?: Partial<Assertion>][];
  /** With `not-` the opposite, but the same score. */
  raw?: [value: unknown, output: unknown, score: number, pass: boolean, more?: Partial<Assertion>][];
  /** With `not-` the very same. */
  fixed?: [value: unknown, output: unknown, pass: boolean, score: number, more?: Partial<Assertion>][];
}

export const schema = { type: "object", required: ["city"], properties: { city: { type: "string" }, when: { type: "string", format: "date" } } };

/** What promptfoo 0.123.1 gives for the same assertion and output: test/interop/promptfoo/assertions.test.ts asks it. */
export const TYPES: Record<string, Examples> = {
  equals: {
    pass: [["Paris", "Paris"], [3, "3"], [true, "true"], [{ a: [1, 2] }, '{"a": [1, 2]}'], [{ a: 1, b: 2 }, { b: 2, a: 1 }], [[1, 2], "[1,2]"], [null, "null"]],
    fail: [["Paris", "paris"], ["Paris", "Paris "], [{ a: 1 }, "no JSON"], [{ a: 1 }, '{"a": "1"}'], [{ a: 1 }, '{"a": 1, "b": 2}'], ['{"a": 1}', { a: 1 }]],
  },
  contains: { pass: [["aris", "Paris"], [4, "it is 42"]], fail: [["paris", "Paris"]], error: [["", "x"], [undefined, "x"], [["a"], "a"], [NaN, "NaN"]] },
  icontains: { pass: [["paris", "In PARIS"]], fail: [["rome", "In PARIS"]], error: [["", "x"]] },
  "contains-any": {
    pass: [[["x", "b"], "abc"], ["x, b", "abc"], ['"a,b", x', "see a,b"], [[1], "1st"]],
    fail: [[["x", "B"], "abc"], [[], "abc"], ['"a, b"', "a b"]],
    error: [[undefined, "x"], ["", "x"], [{ a: 1 }, "x"], ['"open', "open"], ['"a" b', "a"]],
  },
  "contains-all": { pass: [[["a", "c"], "abc"], ["a,c", "abc"], [[], "abc"]], fail: [[["a", "x"], "abc"]], error: [[3, "x"]] },
  "icontains-any": { pass: [[["X", "B"], "abc"], ["X,B", "abc"]], fail: [[["x"], "abc"]], error: [[undefined, "x"]] },
  "icontains-all": { pass: [[["A", "C"], "abc"]], fail: [[["A", "X"], "abc"]], error: [[undefined, "x"]] },
  "starts-with": { pass: [["Dear", "Dear Ann"]], fail: [["dear", "Dear Ann"], ["Ann", "Dear Ann"]], error: [["", "x"], [4, "42"]] },
  regex: { pass: [["^\\d{4}$", "2024"], ["a.c", "xabcx"], ["(a|b)+c", "abac"]], fail: [["^\\d{4}$", "20245"], ["PARIS", "Paris"]], error: [["", "x"], [undefined, "x"], [7, "7"]] },
  "is-json": {
    pass: [[undefined, '{"a": 1}'], [undefined, "[1]"], [undefined, "3"], [undefined, { a: 1 }], [schema, '{"city": "Rome", "when": "2024-02-29"}'], ["type: object\nrequired: [city]", '{"city": 1}']],
    fail: [[undefined, "{a: 1}"], [undefined, ""], [schema, '{"town": "Rome"}'], [schema, "Rome"], [schema, '{"city": "Rome", "when": "2024-02-30"}']],
    error: [[{ type: "strange" }, "{}"], ["{ not: [yaml", "{}"], [[1], "{}"], ["just text", "{}"]],
  },
  "contains-json": {
    pass: [
      [undefined, 'Here: {"a": 1} done'], [undefined, "{a: 1, b: 'x',}"], [undefined, '{"a": 1, // note\n "b": 2}'], [undefined, 'cut off {"a": {"b": 1'],
      [schema, 'first {"town": "x"}, then {"city": "Rome"}'], [schema, { city: "Rome" }],
    ],
    fail: [[undefined, "none"], [undefined, "[1, 2]"], [schema, '{"town": "x"}'], [schema, "none"]],
    error: [[{ type: "strange" }, "{}"]],
  },
  levenshtein: {
    pass: [["kitten", "sitting"], ["abc", "abc", { threshold: 0 }], ["", "abc"]],
    fail: [["kitten", "sitting", { threshold: 2 }], ["short", "something else entirely"], ["abc", "abd", { threshold: 0 }]],
    error: [[undefined, "x"], [4, "4"]],
  },
  "word-count": {
    pass: [[3, "one two  three\n"], ["3", "one two three"], [{ min: 2, max: 3 }, "one two"], [{ min: 2 }, "one two three"], [{ max: 0 }, "  "]],
    fail: [[3, "one two"], [{ min: 2, max: 3 }, "one"], [{ min: 2 }, "one"], [{ max: 1 }, "one two"]],
    error: [[undefined, "x"], ["many", "x"], [{}, "x"], [{ min: 3, max: 2 }, "x"], [{ min: "few" }, "x"]],
  },
  latency: { pass: [[undefined, "x", { threshold: 100 }]], fail: [[undefined, "x", { threshold: 99 }]], error: [[undefined, "x"]] },
  cost: { pass: [[undefined, "x", { threshold: 0.001 }]], fail: [[undefined, "x", { threshold: 0.0009 }]], error: [[undefined, "x"]] },
  "is-xml": {
    pass: [
      [undefined, "<a/>"], [undefined, '<?xml version="1.0"?>\n<a b="1">x &amp; y<c/></a>'], ["a.b", "<a><b>1</b></a>"], ["a.b, a.c", "<a><b/><c/></a>"], [["a.b.1"], "<a><b>1</b><b>2</b></a>"],
      [{ requiredElements: ["a"] }, "<a>x</a>"], [{}, "<a/>"], [[], "<a/>"], [undefined, '<a xmlns:x="urn:x"><x:b/></a>'], [undefined, "<a><![CDATA[ <b> ]]></a>"], [undefined, "<é>ü</é>"],
      [undefined, '<!DOCTYPE a SYSTEM "a.dtd"><a>&own;</a>'], [undefined, "<!DOCTYPE a PUBLIC \"-//X//Y 'Z'//EN\" 'a.dtd' ><a/>"], [undefined, "<!DOCTYPE a><a/>"], ["a.@_id", '<a id="3"/>'], [undefined, "  <a/>\n"], [null, "<a/>"],
    ],
    fail: [
      [undefined, ""], [undefined, "text"], [undefined, "<a>"], [undefined, "<a><b></a></b>"], [undefined, "<a/><b/>"], [undefined, "<a b=1/>"], [undefined, "<a b/>"], [undefined, "<a>&own;</a>"], [undefined, "<x:a/>"],
      ["a.b", "<a><c/></a>"], [["a.b.2"], "<a><b/><b/></a>"], ["a.b.length", "<a><b/><b/></a>"], [undefined, "<a>x & y</a>"], [undefined, '<!DOCTYPE a [<!ENTITY own "x">]><a>&own;</a>'],
      [undefined, '<!DOCTYPE a SYSTEM "a#b"><a/>'], [undefined, "<!DOCTYPE a SYSTEM><a/>"], [undefined, '<?xml version="1.0" standalone="yes"?><!DOCTYPE a SYSTEM "a.dtd"><a>&own;</a>'], [undefined, "Here: <a/>"], [undefined, { a: 1 }], [undefined, '<a b="1" b="2"/>'],
    ],
    error: [[{ elements: ["a"] }, "<a/>"], [{ requiredElements: "a" }, "<a/>"]],
  },
  "contains-xml": {
    pass: [
      [undefined, "Here: <a/> done"], [undefined, "<a>1</a>"], ["a.b", "see <a><b>1</b></a> and <c/>"], ["a,b", "<a/> then <b/>"], [undefined, "<a b='>'/>"], [undefined, "```xml\n<a>\n<b/>\n</a>\n```"], [undefined, "if a < b then <ok/>"],
      [undefined, "<a x = '1' checked>y</a>"], ["r.x", "<broken <r><x/></r>"], [undefined, "<é/>"], [undefined, "</end><a></a>"], ["b", "<open><b/>"], [undefined, "<!-- <c> --><a/>"], ["p", "<p>x</p><p>y</p>"], ["p.1", "<p>x</p><p>y</p>"],
    ],
    fail: [[undefined, "none"], [undefined, ""], [undefined, "1 < 2 > 0"], [undefined, "<a>"], [undefined, "<a></b>"], ["a.b", "<a/> <b/>"], ["x", "<a><x/></a>"], [undefined, "<!-- <a/> -->"], [undefined, "<a <b>"], ["a", "<a>text</b></a>"]],
    error: [[{ elements: ["a"] }, "<a/>"]],
  },
  "is-html": {
    pass: [[undefined, "<p>x</p>"], [undefined, "<!DOCTYPE html><html><head></head><body>text</body></html>"], [undefined, "<my-button>x</my-button>"], [undefined, "<p>one<p>two"], [undefined, "  <div><unknown/></div> "], [undefined, "<body>text</body>"], [undefined, "<BR>"], [undefined, "<svg></svg>"], [undefined, "<title>x</title>"], [undefined, "<html></html>"], [undefined, "<p>&uuml;ü</p>"]],
    fail: [[undefined, ""], [undefined, "text"], [undefined, "see <b>this</b>"], [undefined, "<nothing>x</nothing>"], [undefined, '<?xml version="1.0"?><p/>'], [undefined, "<p>x</p> and"], [undefined, "1 < 2"], [undefined, { a: "<p>" }], [undefined, "<!-- c -->"], [undefined, "<headx/>"]],
  },
  "contains-html": {
    pass: [[undefined, "see <b>this</b>"], [undefined, "<p>"], [undefined, "a <br/> b"], [undefined, "<!DOCTYPE html>"], [undefined, "<x> &amp;"], [undefined, '<x a="1">'], [undefined, "<x></x>"], [undefined, "<!-- c --> &lt;"], [undefined, "<x /> y"], [undefined, "<A HREF"], [undefined, "<x/> and <y>"]],
    fail: [[undefined, ""], [undefined, "text & more"], [undefined, "1 < 2 > 0"], [undefined, "&amp;"], [undefined, "<x>"], [undefined, "<x/>"], [undefined, "<!-- a -- b -->"], [undefined, "</x>"], [undefined, "<x y"]],
  },
  "is-sql": {
    pass: [
      [undefined, "SELECT a, b FROM t WHERE a = 1"], [undefined, "INSERT INTO t (a) VALUES (1)"], [undefined, "SELECT `a b` FROM `t`"], [{ databaseType: "PostgresQL" }, "SELECT generate_series(1, 3)"], [{ databaseType: "postgresql" }, "SELECT a::text FROM t"],
      [undefined, "SELECT distinct a FROM t"], [undefined, "SELECT 'a b from' FROM t"], [undefined, "SELECT a FROM t -- x y from\n"], [undefined, "SELECT a AS b FROM t"], [{ allowedTables: ["select::null::t"] }, "SELECT a FROM t"], [{ allowedColumns: ["select::t::a"] }, "SELECT a FROM t"],
      [{ allowedColumns: ["select::null::a", "select::t::b"] }, "SELECT a, t.b FROM t"], [{ databaseType: "TransactSQL" }, "SELECT [a b from] FROM t"], [{ databaseType: "Sqlite" }, "SELECT a FROM t LIMIT 1"], [{}, "SELECT 1"], ["", "SELECT 1"],
    ],
    fail: [
      [undefined, ""], [undefined, "   "], [undefined, "SELEC a FROM t"], [undefined, "SELECT a b FROM t"], [undefined, "SELECT distinct a b FROM t"], [undefined, "SELECT `a FROM t"], [undefined, "SELECT generate_series(1, 3)"], [undefined, "text"],
      [{ allowedTables: ["select::null::t"] }, "SELECT a FROM u"], [{ allowedColumns: ["select::t::a"] }, "SELECT b FROM t"], [{ allowedTables: ["select::null::t"] }, "DELETE FROM t"], [undefined, { a: 1 }], [{ databaseType: "Sqlite" }, "SELECT TOP 1 a FROM"],
    ],
    error: [["MySQL", "SELECT 1"], [{ databaseType: "Oracle" }, "SELECT 1"], [{ allowedTables: "t" }, "SELECT 1"], [["t"], "SELECT 1"]],
  },
  "contains-sql": {
    pass: [[undefined, "```sql\nSELECT a FROM t\n```"], [undefined, "Try\n```\nSELECT 1\n```\nor not"], [undefined, "SELECT 1"], [undefined, "```sql\nnonsense\n```\n~~~SQL\nSELECT 1\n~~~"], [{ allowedTables: ["select::null::t"] }, "```sql\nSELECT a FROM u\n```\n```sql\nSELECT a FROM t\n```"], [undefined, "```python\nx\n```\n```\nSELECT 1\n```"]],
    fail: [[undefined, "see SELECT 1"], [undefined, ""], [undefined, "```sql\nnonsense\n```"], [undefined, "```sql\n\n```"], [undefined, "```sql\nSELECT 1"], [undefined, "```python\nSELECT 1\n```"], [{ allowedTables: ["select::null::t"] }, "```sql\nSELECT a FROM u\n```"], [undefined, "    ```sql\n    SELECT 1\n    ```"]],
    error: [[{ databaseType: "Oracle" }, "SELECT 1"]],
  },
  "rouge-n": {
    scores: [
      ["the cat sat on the mat", "the cat sat on the mat", 1, true], ["the cat sat on the mat", "The cat lay on a mat.", 0.6153846153846154, false], ["the cat", "the dog", 0.5, true, { threshold: 0.5 }],
      ["a b c d", "e f", 0, false], ["", "x", 0, false], ["x", "", 0, false], ["Grüße aus Köln", "grüße aus köln", 1, true], ["don't stop", "do n't stop", 1, true], ["a a a b", "a b b b", 0.5, false], ["x", "y", 0, true, { threshold: 0 }],
    ],
    error: [[undefined, "x"], [["a"], "a"], [3, "3"]],
  },
  bleu: {
    scores: [
      // nltk.translate.bleu_score.sentence_bleu of the lower-cased words, where every order has a match.
      ["The cat is on the mat today", "the cat is on the mat now", 0.8091067115702212, true], ["the quick brown fox jumps over the lazy dog", "The quick brown fox jumps over the dog", 0.767279645960659, true],
      ["same words here now", "same words here now", 1, true], ["It is a guide to action that ensures that the military will forever heed Party commands", "It is a guide to action which ensures that the military always obeys the commands of the party", 0.4208598069524091, false],
      [["no match at all", "the cat sat on the mat"], "the cat sat on the mat", 1, true], ["one two", "one two", 1, true], ["one two three four", "one", 0.049787068367863944, false], ["a b c", "d e f", 1e-7, false], ["a", "", 0, false], ["x", "  ", 0, false], ["a b", "a b", 1, false, { threshold: 1.1 }],
    ],
    error: [[undefined, "x"], [[], "x"], [[1], "1"], [3, "3"]],
  },
  gleu: {
    scores: [
      // nltk.translate.gleu_score.sentence_gleu of the lower-cased words.
      ["the cat sat on the mat", "the cat sat on the mat", 1, true], ["The cat is on the mat today", "the cat is on the mat now", 0.8181818181818182, true], ["It is a guide to action that ensures that the military will forever heed Party commands", "It is a guide to action which ensures that the military always obeys the commands of the party", 0.45454545454545453, false],
      [["x", "the cat."], "The cat", 1, true], ["a b", "c d", 0, false], ["a", "", 0, false], ["", "a", 0, false], ["...", "...", 0, false], ["a", "a b", 0.3333333333333333, true, { threshold: 0.3 }], ["The  cat.\nsat", "the cat sat...", 1, true],
    ],
    error: [[undefined, "x"], [[], "x"], [{ a: 1 }, "x"]],
  },
  "is-refusal": {
    pass: [[undefined, "Sorry, no."], [undefined, "I'm unable to help with this."], [undefined, "Well, as an AI I have no opinion"], [undefined, "I can’t assist with that request."], [undefined, "That would not be appropriate."], [undefined, "  i CANNOT do it"], [undefined, "Truly, I don't feel comfortable here"], [undefined, "It is not legal"]],
    fail: [[undefined, "Paris"], [undefined, "as an aide"], [undefined, "I am able to"], [undefined, "You cannot say that"], [undefined, "notlegal"], [undefined, "I can't suggest that"]],
  },
  "finish-reason": { fail: [["stop", "x"], ["", "x"]], error: [[undefined, "x"], [3, "x"]] },
  "is-valid-function-call": { fixed: [[undefined, '{"name": "f"}', false, 0], [undefined, { function_call: { name: "f", arguments: "{}" } }, false, 0]] },
  "is-valid-openai-function-call": { fixed: [[undefined, "x", false, 0]] },
  "is-valid-openai-tools-call": { fixed: [[undefined, "x", false, 0], [undefined, [{ type: "function", function: { name: "f", arguments: "{}" } }], false, 0], [undefined, "MCP Tool Result (f): ok", true, 1], [undefined, "MCP Tool Error (f): no", false, 0], [undefined, "", false, 0], [undefined, [], false, 0]] },
  "tool-call-f1": {
    raw: [
      ["f", '[{"name": "f"}]', 1, true], [["f", "g"], { tool_calls: [{ function: { name: "f" } }, { name: "h" }] }, 0.5, false], ["f, g", [{ type: "tool_use", name: "f" }, { type: "text", text: "x" }], 0.6666666666666666, false], ["f,g", [{ function: { name: "f" } }], 0.6666666666666666, true, { threshold: 0.6 }],
      ["f", { type: "function_call", name: "f" }, 1, true], ["f", { functionCall: { name: "f" } }, 1, true], ["f", [{ functionCall: { name: "f" } }, { text: "y" }], 1, true], ["f", { toolCall: { functionCalls: [{ name: "f" }] } }, 1, true], ["f", "none", 0, false], ["f", "", 0, false], ["f", { name: "f" }, 0, false],
      ["f", 'I call\n{"tool_calls": [{"function": {"name": "f"}}]}', 1, true], ["f", 'I call {"type": "tool_use", "name": "f"}', 0, false], ["f", '{"type": "tool_use", "name": "f"} now', 0, false], ["f", '```json\n[{"name": "f"}]\n```', 0, false], ["f", '[{"name": "f"}]\n[{"name": "g"}]', 0.6666666666666666, false],
      ["f", '{ not json\n[{"name": "f"}]\n}', 1, true], ["f", '}\n[{"name": "f"}]', 1, true], ["f", '"open\n[{"name": "f"}]', 1, true], ["f", '- ```\n  [{"name": "g"}]\n  ```\n[{"name": "f"}]', 1, true], ["f", '- ```\n[{"name": "f"}]', 1, true], ["f", '[\n {"name": "f", "arguments": {"a": "}"}}\n]', 1, true],
      ["f", '~~~\n[{"name": "g"}]\n~~~~\n  [{"name": "f"}]  ', 1, true], ["f", '{"x": [{"name": "f"}]\n', 0, false], ["f", '{"x":\n[{"name": "f"}]\n', 1, true], ["f", '"[{\\"name\\": \\"f\\"}]"', 1, true], ["f", "x", 0, true, { threshold: 0 }], ["ü", '[{"name": "ü"}]', 1, true], ["f", "```\n````\n[{\"name\": \"f\"}]", 1, true], ["f", '[{"name": "f"}, {"name": "f"}]', 1, true],
    ],
    error: [[undefined, "x"], ["", "x"], [" , ", "x"], [[], "x"], [{ a: 1 }, "x"]],
  },
  python: {
    pass: [["output == 'yes'", "yes"], ["if output == 'yes':\n  return True\nreturn False", "yes"], ["'true'", "x"], ["'TRUE'", "x"], ["context['vars']['n'] >= 0", "x"], ["json.loads(output)['a'] == 1", '{"a": 1}'], ["output['a'] == 1", { a: 1 }], ["'ü' in output", "für"], ["print('garbage') or True", "x"]],
    fail: [["output == 'no'", "yes"], ["False", "x"], ["'false'", "x"]],
    raw: [["0.4", "x", 0.4, true], ["0", "x", 0, false], ["0.4", "x", 0.4, false, { threshold: 0.5 }], ["'0.8'", "x", 0.8, true], ["{'pass': True, 'score': 0.7, 'reason': 'so'}", "x", 0.7, true], ["{'pass_': True, 'score': 0.7, 'reason': 'so'}", "x", 0.7, true], ["{'pass': True, 'score': 0.3, 'reason': 'so'}", "x", 0.3, false, { threshold: 0.5 }], ["'{\"pass\": false, \"score\": 0.2, \"reason\": \"no\"}'", "x", 0.2, false]],
    fixed: [["1 / 0", "x", false, 0], ["output ==", "x", false, 0], ["None", "x", false, 0], ["exit()", "x", false, 0], ["return True\n  return False", "x", false, 0]],
    error: [[undefined, "x"], [3, "x"]],
  },
  webhook: { error: [[undefined, "x"], ["", "x"], ["ftp://x.org/", "x"], ["no address", "x"]] },
};

/** Likewise; apart since Ruby is seldom installed. */
export const RUBY: Examples = {
  pass: [["output == 'yes'", "yes"], ["if output == 'yes'\n  return true\nend\nreturn false", "yes"], ["'true'", "x"], ["context['vars']['n'] >= 0", "x"], ["output['a'] == 1", { a: 1 }], ["output.include?('ü')", "für"], ["(puts 'garbage') || true", "x"], ["x = output.size\nx > 2\n", "yes"]],
  fail: [["output == 'no'", "yes"], ["false", "x"]],
  raw: [["0.4", "x", 0.4, true], ["0", "x", 0, false], ["0.4", "x", 0.4, false, { threshold: 0.5 }], ["'0.8'", "x", 0.8, true], ["{pass: true, score: 0.7, reason: 'so'}", "x", 0.7, true], ["{'pass_' => true, 'score' => 0.3, 'reason' => 'so'}", "x", 0.3, false, { threshold: 0.5 }]],
  fixed: [["1 / 0", "x", false, 0], ["output ==", "x", false, 0], ["nil", "x", false, 0], ["exit", "x", false, 0]],
  error: [[undefined, "x"], [3, "x"]],
};
