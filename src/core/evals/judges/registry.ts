import type { AssertionDefinition } from "../assertions/definition.ts";
import { answerRelevance } from "./answerRelevance.ts";
import { closedQa } from "./closedQa.ts";
import { maxScore, selectBest } from "./columns.ts";
import { contextFaithfulness } from "./contextFaithfulness.ts";
import { contextRecall } from "./contextRecall.ts";
import { contextRelevance } from "./contextRelevance.ts";
import { conversationRelevance } from "./conversationRelevance.ts";
import { factuality } from "./factuality.ts";
import { gEval } from "./gEval.ts";
import { llmRubric } from "./llmRubric.ts";
import { moderation } from "./moderation.ts";
import { similar, similarDot, similarEuclidean } from "./similar.ts";

/** The assertion types that somebody else judges, or that judge several outputs at once. A new one is a file and a line here. */
export const JUDGES: Readonly<Record<string, AssertionDefinition>> = {
  "answer-relevance": answerRelevance,
  "context-faithfulness": contextFaithfulness,
  "context-recall": contextRecall,
  "context-relevance": contextRelevance,
  "conversation-relevance": conversationRelevance,
  factuality,
  "g-eval": gEval,
  "llm-rubric": llmRubric,
  "max-score": maxScore,
  "model-graded-closedqa": closedQa,
  "model-graded-factuality": factuality,
  moderation,
  "select-best": selectBest,
  similar,
  "similar:cosine": similar,
  "similar:dot": similarDot,
  "similar:euclidean": similarEuclidean,
};
