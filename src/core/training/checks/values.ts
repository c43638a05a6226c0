import type { StartCheck } from "./check.ts";

const PLACEHOLDER = /^(?:n\/?a|none|null|nan|undefined|todo|tbd|xxx+|\?+|-+|\.+)$/i;
const CHARACTERS_PER_TOKEN = 4;

/** Questions and answers that say nothing. */
export const missingValues: StartCheck = ({ findings }) => ({
  row({ input, output }, _index, { line }) {
    const what = input.trim() === "" ? "question is empty" : output.trim() === "" ? "answer is empty" : PLACEHOLDER.test(output.trim()) ? `answer is only ${JSON.stringify(output.trim())}` : undefined;
    if (what !== undefined) findings.add({ severity: "warning", code: "missing-values", line, message: `The ${what}.` });
  },
});

/** Rows that a trainer would cut off. */
export const longRows: StartCheck = ({ findings, config }) => ({
  row({ system, input, output }, _index, { line }) {
    const tokens = Math.ceil((system.length + input.length + output.length) / CHARACTERS_PER_TOKEN);
    if (tokens > config.maxTokens) findings.add({ severity: "warning", code: "long-rows", line, message: `The row has about ${tokens} tokens, and ${config.maxTokens} are allowed (maxTokens): a trainer cuts off the rest.` });
  },
});
