import type { Example } from "../sides.ts";
import { echoed } from "./support.ts";

const of = (csv: string, prompt = "[{{a}}] [{{b}}]", more: object = {}, files: Record<string, string> = {}): Example => ({ config: echoed(prompt, "file://t.csv", more), files: { "t.csv": csv, ...files } });

/** Tests in CSV: every column, and what cells may hold. */
export const csv: Readonly<Record<string, Example>> = {
  "variables and expectations": of("a,b,__expected\nx,y,[x] [y]\nx,z,contains:y\nx,y,not-contains: z \n"),
  "several expectations": of("a,b,__expected,__expected2,__expected3\nx,y,contains:x,contains:nope,\nx,y,,icontains:Y,starts-with:[\n"),
  "spaces around cells": of("a, b ,__expected\n x , y ,[ x ] [ y ]\n\t1,2\t, contains:1 \n"),
  "quotes": of('a,b,__expected\n"x, ""y""","line\nend",contains:line\n"",\'q\',"contains-any:""a, b"",q"\n'),
  "quotes that are not by the book": of('a,b\nsay "hi" now,y\n'),
  "a byte-order mark and CRLF": of("\uFEFFa,b,__expected\r\nx,y,contains:x\r\n"),
  "prefix, suffix, description, threshold, metric": of("a,b,__prefix,__suffix,__description,__threshold,__metric,__expected,__expected2\nx,y,pre ,!,d,0.5,m,contains:x,contains:nope\nx,y,,,,,,contains:x,\n"),
  "given outputs": of("a,__providerOutput,__expected\nx,given,equals:given\nx,,contains:x\n"),
  "metadata": of("a,__metadata:id,__metadata:tags[],__expected\nx,one,\"p,q\\,r\",contains:x\ny,two,,\n"),
  "thresholds in parentheses": of("a,b,__expected\nkitten,x,levenshtein(12):[sitting] [x]\nkitten,x,levenshtein(1):[sitting] [x]\nkitten,x,levenshtein:[kitten] [x]\nx,y,latency(10000)\nx,y,contains(0.5):nope\n"),
  "thresholds in columns": of("a,b,__expected,__config:__expected:threshold\nkitten,x,levenshtein:[sitting] [x],12\nkitten,x,levenshtein:[sitting] [x],0\n"),
  "thresholds of the second expectation": of("a,b,__expected,__expected2,__config:__expected2:threshold\nkitten,x,contains:k,levenshtein:[sitting] [x],12\n"),
  "thresholds after an empty expectation": of("a,b,__expected,__expected2,__config:__expected1:threshold\nkitten,x,,levenshtein:[sitting] [x],12\n"),
  "scripts": of("a,b,__expected\nx,y,javascript:output.length > 3\nx,y,fn:output.includes(context.vars.a)\nx,y,eval: output === 'no'\nx,y,file://judge.js\n", undefined, {}, { "judge.js": "module.exports = (output) => output.includes('x');" }),
  "a function of a script": { ...of("a,b,__expected\nx,y,file://judge.js:named\n", undefined, {}, { "judge.js": "module.exports.named = () => false;" }), differs: "`file://judge.js:name` in a CSV" },
  "JSON schemas and regular expressions": of('a,__expected\n"{""n"": 1}",is-json\n"{""n"": 1}","is-json:{""type"": ""object"", ""required"": [""m""]}"\nabc,regex:^a.c$\nabc,not-regex:^b\n', "{{a}}"),
  "unknown types are texts": of("a,b,__expected\nx,y,contain:x\nx,y,Note: this\nx,y,[x] [y]\n"),
  "a type without a value": { ...of("a,b,__expected\nx,y,contains\n"), differs: "a missing threshold or value" },
  "templates in cells": of("a,b,__expected\n{{b}},y,\"contains:{{b}}] [{{b}}\"\n"),
  "lists in cells are texts": of('a,b\n"[""p"", ""q""]",y\n'),
  "one column": of("a\nx\ny\n", "{{a}}"),
  "one column with an empty line": of("a\nx\n\ny\n", "[{{a}}]"),
  "an empty line": { ...of("a,b\nx,y\n\nz,w\n"), differs: "a CSV row that is empty or too short" },
  "a row that is too short": { ...of("a,b\nx\n"), differs: "a CSV row that is empty or too short" },
  "a row that is too long": of("a,b\nx,y,z\n"),
  "a column twice": of("a,a\nx,y\n", "{{a}}"),
  "default assertions": of("a,b,__expected\nx,y,contains:x\n", undefined, { defaultTest: { assert: [{ type: "contains", value: "nope" }], threshold: 0.5 } }),
  "a pattern of files in a list": { config: echoed("{{a}}", ["file://tests/*.csv"]), files: { "tests/1.csv": "a,__expected\nx,x\n", "tests/2.csv": "a,__expected\ny,x\n" } },
  "a threshold that is no number": { ...of("a,b,__threshold,__expected\nx,y,high,contains:x\n"), differs: "a threshold that is no number" },
};
