import type { AssertionDefinition } from "../assertions/definition.ts";
import { asked, atLeast, graderOf, ownPrompt, queryOf } from "./judgement.ts";
import { contextOf, joined, unitsOf } from "./ragContext.ts";
import { linesOf } from "./reply.ts";

const THRESHOLD = 0.5;
/** What a judge says where the context does not help. */
const NOTHING = "Insufficient Information";

/** Context relevance of RAGAS: the share of the context's sentences (of a list: its texts) that the question needs. */
export const contextRelevance: AssertionDefinition = {
  asks: ["text"],
  async grade(context) {
    const query = queryOf(context);
    const retrieved = await contextOf(context);
    const text = joined(retrieved);
    const units = typeof retrieved === "string" ? unitsOf(retrieved) : retrieved.filter((item) => item.trim() !== "");
    const byLine = typeof retrieved !== "string" || linesOf(retrieved).length > 1;
    const messages = asked(context, ownPrompt(context), { context: text, query }, {
      task: "You pick from a context what a question needs. Copy the sentences without which it could not be answered, word for word, and no others.",
      material: { query, context: text },
      reply: `Reply with the copied sentences only, one a line, or with "${NOTHING}" when the context does not answer the question.`,
    });
    const needed = await graderOf(context).ask(messages, (reply) => readQuotes(reply, text, byLine), "sentences of the context");
    const score = units.length === 0 ? 0 : Math.min(needed, units.length) / units.length;
    return atLeast(context, score, context.assertion.threshold ?? THRESHOLD, "Context relevance");
  },
};

/** How many sentences were copied; `undefined` where none of them stands in the context. */
function readQuotes(reply: string, context: string, byLine: boolean): number | undefined {
  if (reply.includes(NOTHING)) return 0;
  const quotes = [...new Set(byLine ? linesOf(reply) : unitsOf(reply))];
  const source = plain(context);
  return quotes.some((quote) => source.includes(plain(quote.replace(/^\s*(?:\d+[.)]|[-*])\s*/, "")))) ? quotes.length : undefined;
}

function plain(text: string): string {
  return text.toLowerCase().replace(/\s+/g, " ").trim();
}
