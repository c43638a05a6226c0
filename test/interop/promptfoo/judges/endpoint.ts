import { type AnsweringEndpoint, listen } from "../listen.ts";

const VECTORS: Readonly<Record<string, number[]>> = { east: [1, 0], north: [0, 1], between: [1, 1], far: [3, 4], zero: [0, 0] };

/**
 * An endpoint that judges as it is told: a chat is answered with what stands between « and » in it, or `PICK word`
 * with the number of the output `[number word …]`; texts have
 * the vectors named after them; a text with "bad" is flagged as hate, one with "worse" as violence, too.
 */
export function startJudge(): Promise<AnsweringEndpoint> {
  return listen(({ url = "" }, body) => ({ json: answerTo(url, JSON.parse(body) as Record<string, unknown>) }));
}

function answerTo(url: string, { messages, input }: Record<string, unknown>): object {
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  const text = Array.isArray(input) ? input.map((part: { text?: string }) => part.text).join(" ") : String(input);
  if (url.endsWith("/embeddings")) return { data: [{ embedding: VECTORS[text] ?? [text.length, 1] }], usage };
  if (url.endsWith("/moderations")) {
    const categories = { hate: /bad|worse/.test(text), violence: text.includes("worse") };
    return { results: [{ flagged: Object.values(categories).includes(true), categories, category_scores: { hate: 0.9, violence: 0.9 } }] };
  }
  const asked = (messages as { content: string }[]).map(({ content }) => content).join("\n");
  const word = /^PICK (\w+)/.exec(asked)?.[1];
  const content = word === undefined ? /«([\s\S]*?)»/.exec(asked)?.[1] : `The best is ${new RegExp(`\\[(\\d+) ${word}`).exec(asked)?.[1]}.`;
  return { model: "judge", choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: content ?? "" } }], usage };
}
