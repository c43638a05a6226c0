import { languageOf, loadLanguages } from "../../evals/instructions/language.ts";
import { profanity } from "../../evals/metrics/profanity.ts";
import type { StartCheck } from "./check.ts";
import type { DataReport } from "./report.ts";
import { Sample } from "./sample.ts";

/** What belongs to a person, by what it is called; each pattern is followed by a test where the form alone says too little. */
const PERSONAL: readonly { readonly name: string; readonly pattern: RegExp; readonly holds?: (found: string) => boolean }[] = [
  { name: "an e-mail address", pattern: /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/, holds: (found) => !/@(?:example|test|invalid)\b|\.(?:example|test|invalid)$/i.test(found) },
  { name: "an IBAN", pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/, holds: isIban },
  { name: "a card number", pattern: /\b(?:\d[ -]?){13,19}\b/, holds: isCard },
  { name: "a phone number", pattern: /(?<![\w.])\+\d{1,3}[ ./-]?\(?\d{1,4}\)?(?:[ ./-]?\d{2,4}){2,4}(?!\w)/ },
];

const SECRETS: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: "a private key", pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/ },
  { name: "a key of AWS", pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/ },
  { name: "a token of GitHub", pattern: /\bgh[pousr]_[A-Za-z0-9]{36}/ },
  { name: "an API key", pattern: /\bsk-(?:[a-z]+-)?[A-Za-z0-9_-]{20,}/ },
  { name: "a token of Slack", pattern: /\bxox[abprs]-[A-Za-z0-9-]{10,}/ },
  { name: "a JSON web token", pattern: /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\./ },
];

/** Without one of these in it, a text has neither. */
const HINT = /@|AKIA|ASIA|\d{4}|\+\d|KEY-----|sk-|xox|gh[pousr]_|eyJ/;

/** What of a person is in the rows. What was found is not repeated. */
export const personalData: StartCheck = ({ findings }) => ({
  row({ system, input, output }, _index, { line }) {
    const text = `${system}\n${input}\n${output}`;
    if (!HINT.test(text)) return;
    for (const { name, pattern, holds = () => true } of PERSONAL) {
      const found = pattern.exec(text)?.[0];
      if (found !== undefined && holds(found)) return findings.add({ severity: "warning", code: "personal-data", line, message: `The row seems to have ${name}: what is learnt can be asked for.` });
    }
  },
});

/** Keys and tokens. */
export const secrets: StartCheck = ({ findings }) => ({
  row({ system, input, output }, _index, { line }) {
    const text = `${system}\n${input}\n${output}`;
    if (!HINT.test(text)) return;
    const found = SECRETS.find(({ pattern }) => pattern.test(text));
    if (found) findings.add({ severity: "error", code: "secrets", line, message: `The row seems to have ${found.name}. Take it out, and replace the key: it is to be thought of as known.` });
  },
});

/** Of so many rows the words and the language are looked at. */
const LOOKED_AT = 5000;
const AMONG = ["eng", "deu", "fra", "spa", "ita", "por", "nld", "pol", "rus", "ukr", "tur", "jpn", "cmn", "kor", "arb", "hin"];
/** Characters under which a language is a guess. */
const LONG = 80;
/** A language that fewer rows than this share have is foreign to the data. */
const FOREIGN = 0.02;

/** Words and languages, which take too long for every row of a large file. */
export function wordsAndLanguage(languages: { shares: DataReport["languages"] }, notices: string[]): StartCheck {
  return ({ findings, signal }) => {
    const sample = new Sample<{ line: number; text: string; output: string }>(LOOKED_AT);
    return {
      row: ({ input, output }, _index, { line }) => sample.add(() => ({ line, text: input.slice(0, 2000), output: output.slice(0, 2000) })),
      async end() {
        await loadLanguages();
        const rows = sample.items.map((item) => ({ ...item, language: item.text.length < LONG ? undefined : languageOf(item.text, AMONG) }));
        const told = rows.filter(({ language }) => language !== undefined);
        const counts = [...Map.groupBy(told, ({ language }) => language!)].map(([language, all]) => ({ language, all, share: all.length / told.length })).sort((a, b) => b.share - a.share);
        languages.shares = counts.map(({ language, share }) => ({ language, share }));
        for (const { language, all, share } of counts) {
          if (share < FOREIGN && told.length >= 100) for (const { line } of all) findings.add({ severity: "information", code: "language", line, message: `The question seems to be in another language (${language}) than most (${counts[0]!.language}, ${Math.round(counts[0]!.share * 100)} %).` });
        }
        if (findings.wants("profanity")) {
          for (const { line, output } of rows) {
            signal.throwIfAborted();
            if ((await profanity(output)) === 1) findings.add({ severity: "warning", code: "profanity", line, message: "The answer has a word of the list of English profanities: it would be learnt." });
          }
        }
        if (sample.seen > LOOKED_AT) notices.push(`Languages and profanities were looked for in a random sample of ${LOOKED_AT} of ${sample.seen} rows.`);
      },
    };
  };
}

/** ISO 13616: mod 97 is 1. */
function isIban(text: string): boolean {
  const compact = text.replace(/ /g, "");
  const digits = (compact.slice(4) + compact.slice(0, 4)).replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97;
  return compact.length >= 15 && compact.length <= 34 && rest === 1;
}

/** ISO/IEC 7812: Luhn's check digit. */
function isCard(text: string): boolean {
  const digits = text.replace(/\D/g, "");
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at]);
    sum += at % 2 === 0 ? digit : digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
  }
  return digits.length >= 13 && new Set(digits).size > 1 && sum % 10 === 0;
}
