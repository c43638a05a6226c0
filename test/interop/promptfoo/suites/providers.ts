import type { Example } from "../sides.ts";
import { contains, equals } from "./support.ts";

const chat = (config: object = {}, more: object = {}) => ({ id: "openai:chat:m", config: { apiBaseUrl: "ENDPOINT/v1", ...config }, ...more });
const asked = (provider: unknown, prompts: unknown[] = ["{{a}}"], tests: unknown[] = [{ vars: { a: "x" }, assert: [contains("x")] }], more: object = {}): Example => ({ config: { prompts, providers: Array.isArray(provider) ? provider : [provider], tests, ...more } });
const http = (config: object): Example => asked({ id: "http", config: { url: "ENDPOINT/echo", ...config } });

/** Of this test alone; it signs alike on both sides. */
const RSA_KEY = "-----BEGIN PRIVATE KEY-----\nMIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAKlX8VGqo5iewU+V\nVuZu9Crk1hTetPp17WLPHL/EVUVj7u7Yvgzr1DCbbwH0aWkvwAemZhtVOXfOFw9I\nCER3x4Og8U6z4Zre+0tkrj+y1Qbu6WYVyll/ZwUvOFvMa3ROBADcMXJedH1/Lb21\nLziGbcgTRb4v48+8URv5W/JaPQQ3AgMBAAECgYAO5iPfMYovNViArfz1TTHCTFvh\nfi6iEpoOJXa8EIQIFODCtuMRs/X5SNOdcmmLzZ2xjpxRL1BdEA7LU2UW0QsGjwab\nAPrw//J5aaOWvgsenhh6UhGteONCB9SjaDUtJsFz5Z1Xwb2v1pxHm7ozwAthRiX6\n4ch9JqGdrdeYAonwIQJBANpStGgAfnIdqUnWmFjasxny1Rp6t08fe6uPJTEjm1t9\nOv65Cx1ZjTcJ7awCwhprdr49BrX+0xI8X+GkOT2HKV8CQQDGkV7o9mxNdIbW3mKj\nr1qdgWzn9BrWeU+o1kRVGwiiUQWpjuWQP10iCn7249mvcbLZ/tCG+blOli+kDFpF\njxwpAkEAyMOJFqJtpK7WAAqQqhTi4hfGE8WJT/9ZkFfgEaH2uVkdqSOsrt6s11IP\n9z/KEtWDqkkgJLgijQBsA2krIgNq7QJAb6mUC8F3id77bJ1GLvIPLP95NL8K0I0L\nhNBpQMqhAlY5ru4Snhlj0B7C4yeiZIy1nO00apLH6C+AvunLYc5mcQJBAJFEZUn0\nio/Wfok7va06dUASFcTuoAPLG4Er4rrwJrRLH3L1ZvC3TEL/OBWsuxeMNG2Lodqz\nFoE683pwBbd2ijE=\n-----END PRIVATE KEY-----\n";

/** What providers are sent, which the endpoint answers with. */
export const providers: Readonly<Record<string, Example>> = {
  "a chat's defaults": asked(chat()),
  "a chat's parameters": asked(chat({ temperature: 0.7, max_tokens: 9, top_p: 0.5, seed: 1, stop: ["a"], presence_penalty: 1, frequency_penalty: 2, response_format: { type: "json_object" }, passthrough: { extra: true } })),
  "a chat's tools": asked(chat({ tools: [{ type: "function", function: { name: "f", parameters: { type: "object", properties: {} } } }], tool_choice: "auto" })),
  "a reasoning model": asked({ id: "openai:chat:o3-mini", config: { apiBaseUrl: "ENDPOINT/v1", reasoning_effort: "low", max_completion_tokens: 10 } }),
  "gpt-5": asked({ id: "openai:gpt-5", config: { apiBaseUrl: "ENDPOINT/v1" } }),
  "messages in JSON and YAML": asked(chat(), ['[{"role": "system", "content": "s {{a}}"}, {"role": "user", "content": "{{a}}"}]', "- role: system\n  content: s {{a}}\n- role: user\n  content: '{{a}}'\n", "[1, 2] {{a}}", "plain {{a}}"]),
  "JSON that is no chat": asked(chat(), ['{"q": "{{a}}"}', '"{{a}}"', "12", "[]"]),
  "what begins like JSON and is none": asked(chat(), ["{not {{a}}", "[{{a}}", '{"q": {{a}}}', "[not] {{a}}"]),
  "the same to echo": asked("echo", ["{not {{a}}", '{"q": {{a}}}', '[{"role": {{a}}']),
  "a completion": asked({ id: "openai:completion:m", config: { apiBaseUrl: "ENDPOINT/v1" } }, ["Hi {{a}}", '{"q": "{{a}}"}', "{not {{a}}"]),
  "parameters of tests": asked(chat({ temperature: 0.1 }), ["{{a}}"], [{ vars: { a: "x" }, options: { temperature: 0.9, max_tokens: 3 } }, { vars: { a: "y" } }]),
  "labels, in every form": asked([{ id: "echo", label: "one" }, { "openai:chat:m": { config: { apiBaseUrl: "ENDPOINT/v1" }, label: "two" } }]),
  "providers in files": { ...asked("file://provider.yaml"), files: { "provider.yaml": "id: openai:chat:m\nlabel: filed\nconfig: { apiBaseUrl: ENDPOINT/v1, temperature: 0.3 }\n" } },
  "several providers in a file": { ...asked("file://providers.yaml"), files: { "providers.yaml": "- echo\n- { id: echo, label: second }\n" } },
  targets: { config: { prompts: ["{{a}}"], targets: ["echo"], tests: [{ vars: { a: "x" }, assert: [equals("x")] }] } },
  "the environment in configurations": { ...asked(chat({ temperature: "{{env.HEAT}}" })), env: { HEAT: "0.25" } },
  "HTTP with a body of JSON": http({ method: "POST", body: { q: "{{prompt}}", v: "{{a}}", n: 1, deep: [{ t: "{{prompt}} {{a}}" }] } }),
  "HTTP with a body of text": http({ method: "POST", headers: { "Content-Type": "text/plain" }, body: "q={{prompt}}&v={{a}}" }),
  "HTTP with GET": http({ method: "GET", url: "ENDPOINT/echo?q={{prompt}}" }),
  "HTTP with parameters of a query": http({ method: "GET", queryParams: { q: "{{prompt}}", v: "{{a}}" } }),
  "HTTP with headers": http({ method: "POST", headers: { "X-Custom": "{{prompt}}" }, body: { q: "{{prompt}}" } }),
  "HTTP that answers a text": asked({ id: "http", config: { url: "ENDPOINT/text", method: "POST", headers: { "Content-Type": "text/plain" }, body: "{{prompt}}" } }),
  "HTTP by its address": asked({ id: "ENDPOINT/echo", config: { method: "POST", body: { q: "{{prompt}}" } } }),
  "HTTP with a path into the answer": http({ method: "POST", body: { q: "{{prompt}}", l: [1, { x: "{{a}}" }] }, transformResponse: "json.body.l[1].x" }),
  "HTTP with code for the answer": { ...asked(
    ["json.body.q + '!'", "(json, text) => text.length > 3 ? json.body.q : 'short'", "({ output: json.method })", "json.none", "json.none.none", "json.body.l[0] || 'other'", "file://take.js", "file://take.js:named", "function (json) { return json.body; }"].map((transformResponse, n) => ({ id: "http", label: `p${n}`, config: { url: "ENDPOINT/echo", method: "POST", body: { q: "{{prompt}}", l: [0] }, transformResponse } })),
  ), files: { "take.js": "module.exports = (json, text) => `${json.body.q} of ${text.length > 3}`; module.exports.named = (json) => ({ output: json.path });" } },
  "HTTP with code for a text": asked({ id: "http", config: { url: "ENDPOINT/text", method: "POST", headers: { "Content-Type": "text/plain" }, body: "{{prompt}}", transformResponse: "json === null ? text.toUpperCase() : 'json'" }, transform: "output + '?'" }),
  "HTTP with a prompt of JSON": { ...http({ method: "POST", body: { q: "{{prompt}}" } }), config: { prompts: ['[{"role": "user", "content": "{{a}}"}]'], providers: [{ id: "http", config: { url: "ENDPOINT/echo", method: "POST", body: { messages: "{{prompt}}" } } }], tests: [{ vars: { a: "x" } }] } },
  "HTTP with quotes and line ends": { config: { prompts: ["{{a}}"], providers: [{ id: "http", config: { url: "ENDPOINT/echo", method: "POST", body: { q: "{{prompt}}", v: "{{a}}" } } }], tests: [{ vars: { a: 'say "hi"\nthere' } }, { vars: { a: '{"n": 1}' } }, { vars: { a: "12" } }] } },
  "HTTP with code for the request": { ...asked(
    ["`<${prompt}>`", "(prompt) => prompt.toUpperCase()", "const t = vars.a + '!'; return { q: t, extra: context.vars.a };", "({ own: prompt })", "function (prompt, vars) { return [vars.a]; }", "file://make.js", "file://make.js:named"].map((transformRequest, n) => ({ id: "http", label: `p${n}`, config: { url: "ENDPOINT/echo", method: "POST", headers: { "Content-Type": "application/json" }, body: { q: "{{prompt}}", v: "{{a}}" }, transformRequest } })),
  ), files: { "make.js": "module.exports = (prompt, vars, context) => ({ q: `${prompt} ${vars.a} ${typeof context.vars}` }); module.exports.named = async (prompt) => prompt + '?';" } },
  "HTTP with code for the request that throws": http({ method: "POST", body: { q: "{{prompt}}" }, transformRequest: "prompt.none.none" }),
  "HTTP with code for the status": asked(["status < 500", "status >= 200 && status <= 299", "(status) => status === 409", "function (status) { return status !== 409; }"].flatMap((validateStatus, n) => ["200", "409", "418"].map((status) => ({ id: "http", label: `p${n} ${status}`, config: { url: `ENDPOINT/status/${status}`, method: "POST", body: { q: "{{prompt}}" }, validateStatus, transformResponse: "json.message" } })))),
  "HTTP with code for the status in a file": { ...asked([{ id: "http", config: { url: "ENDPOINT/status/404", method: "POST", body: { q: "x" }, validateStatus: "file://ok.js" } }, { id: "http", label: "named", config: { url: "ENDPOINT/status/404", method: "POST", body: { q: "x" }, validateStatus: "file://ok.js:never" } }]), files: { "ok.js": "module.exports = (status) => status === 404; module.exports.never = () => false;" } },
  "HTTP with a key in a header or the query": asked([{ placement: "header", keyName: "X-Custom" }, { placement: "query", keyName: "k" }].flatMap((where, n) => [{ id: "http", label: `p${n}`, config: { url: "ENDPOINT/echo?v=1", method: "POST", body: { q: "{{prompt}}" }, auth: { type: "api_key", value: "a b&c", ...where } } }, { id: "http", label: `r${n}`, config: { request: 'POST /raw?q={{prompt}} HTTP/1.1\nHost: HOSTPORT\nContent-Type: application/json\n\n{"q": "{{prompt}}"}', auth: { type: "api_key", value: "abc", ...where } } }])),
  "HTTP with a session of each call's own": { ...asked(["data.body.body.id", "data.body.method + data.headers['content-type'].length", "file://parse.js"].map((responseParser, n) => ({ id: "http", label: `p${n}`, config: { url: "ENDPOINT/echo?s={{sessionId}}", method: "POST", headers: { "X-Custom": "sid={{sessionId}}" }, body: { q: "{{prompt}}", s: "{{sessionId}}" }, session: { url: "ENDPOINT/echo", method: "POST", headers: { "X-Custom": "{{a}}" }, body: { id: "s-{{a}}" }, responseParser } } }))), files: { "parse.js": "module.exports = (data) => data.body.body.id + '!';" } },
  "HTTP with a session by GET": http({ method: "POST", body: { q: "{{sessionId}}" }, session: { url: "ENDPOINT/session?a={{a}}", method: "GET", responseParser: "data.body.path" } }),
  "HTTP whose session is not there": http({ method: "POST", body: { q: "{{prompt}}" }, session: { url: "ENDPOINT/session", responseParser: "data.body.none" } }),
  "HTTP whose token is not there": http({ method: "POST", body: { q: "{{prompt}}" }, auth: { type: "oauth", grantType: "client_credentials", tokenUrl: "ENDPOINT/token", clientId: "c", clientSecret: "s" } }),
  "HTTP with a signature": { ...http({ method: "POST", headers: { "X-Custom": "{{signature}}" }, body: { q: "{{prompt}}", s: "{{signature}}" }, signatureAuth: { type: "pem", privateKeyPath: "key.pem", signatureDataTemplate: "always the same" } }), files: { "key.pem": RSA_KEY } },
  "HTTP with a form": { ...http({ method: "POST", multipart: { parts: [{ kind: "field", name: "q", value: "{{prompt}}" }, { kind: "field", name: "n", value: 1 }, { kind: "file", name: "f", source: { type: "path", path: "f.txt" } }, { kind: "file", name: "g", filenameTemplate: "{{a}}.json", contentType: "text/x", source: { type: "path", path: "file://f.txt" } }] }, transformResponse: "json.body.replace(/-+(llmops|form|WebKit)[-\\w]+/g, 'B').replace(/\\r/g, '')" }), files: { "f.txt": "in the file" } },
  "HTTP with a whole request": asked({ id: "http", config: { request: "POST /raw/{{a}}?q={{prompt}} HTTP/1.1\nHost: HOSTPORT\nContent-Type: application/json\nX-Custom: c {{a}}\n\n{\"q\": \"{{prompt}}\"}\n" } }, ["{{a}}"], [{ vars: { a: "x" } }, { vars: { a: 'say "hi"\nthere' } }]),
  "HTTP with a whole request in a file": { ...asked({ id: "http", config: { request: "file://r.txt", transformResponse: "json.path" } }), files: { "r.txt": "GET /raw?q={{prompt}} HTTP/1.1\r\nHost: HOSTPORT\r\n\r\n" } },
  "HTTP with a whole request and code for it": asked({ id: "http", config: { request: "POST /raw HTTP/1.1\nHost: HOSTPORT\nContent-Type: application/json\n\n{\"q\": \"{{prompt}}\"}", transformRequest: "prompt + '!'", transformResponse: "json.body.q" } }),
};
