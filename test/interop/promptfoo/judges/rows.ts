/** An output, how it is judged, and what the judge replies to which question. */
export interface JudgedRow {
  readonly assert: Readonly<Record<string, unknown>>;
  readonly out: string;
  readonly vars?: Readonly<Record<string, unknown>>;
  readonly options?: Readonly<Record<string, unknown>>;
  /** A piece of docs/promptfoo-differences.md. */
  readonly differs?: string;
}

const BROKEN = "a judge that does not answer, or not what it was asked for";

/** The question to the judge holds its reply. */
const replying = (assert: object, reply: string | unknown[] | object, more: Partial<JudgedRow> = {}): JudgedRow => ({ assert: { ...assert, rubricPrompt: typeof reply === "string" ? `«${reply}»` : reply }, out: "the output", ...more });
const json = (value: unknown) => JSON.stringify(value);
const broken = { differs: BROKEN };

const rubrics = (["llm-rubric", "not-llm-rubric"] as const).flatMap((type) => [
  ...[{ pass: true, score: 0.9 }, { pass: false, score: 0.2 }, { pass: true }, { pass: false }, { score: 0.3 }, { pass: "yes", score: "0.5" }, { pass: "maybe", score: 1 }, { pass: true, score: 1.5 }].map((reply) => replying({ type, value: "r" }, json({ reason: "why", ...reply }))),
  replying({ type, value: "r" }, `Here: \`\`\`json\n${json({ pass: true, score: 0.4 })}\n\`\`\``),
  ...[0.4, 0.6].map((threshold) => replying({ type, value: "r", threshold }, json({ pass: true, score: 0.5, reason: "why" }))),
  replying({ type, value: "r", threshold: 0.4 }, json({ pass: false, score: 0.5, reason: "why" })),
  replying({ type, value: { a: ["rubric"] } }, json({ pass: true, score: 1, reason: "why" })),
  replying({ type, value: "r", weight: 0 }, json({ pass: false, score: 0, reason: "why" })),
  replying({ type, value: "r" }, "I like it.", broken),
  replying({ type, value: "r" }, "", broken),
  replying({ type, value: "r" }, json({ pass: true, score: "high" }), broken),
  replying({ type, value: "r" }, json({ pass: true, score: null }), broken),
  replying({ type, value: "r" }, json({ reason: "neither" }), broken),
]);

const steps = `«${json({ steps: ["look", "judge"] })}»`;
const gevals = (["g-eval", "not-g-eval"] as const).flatMap((type) => [
  ...[0, 6, 7, 10].map((score) => replying({ type, value: "c" }, { steps, evaluate: `«${json({ score, reason: "why" })}»` })),
  replying({ type, value: "c", threshold: 0.5 }, { steps, evaluate: `«${json({ score: 6, reason: "why" })}»` }),
  replying({ type, value: ["c", "d"] }, { steps, evaluate: `«${json({ score: 8, reason: "why" })}»` }),
  replying({ type, value: "c" }, { steps, evaluate: `«${json({ score: "8", reason: "why" })}»` }),
  replying({ type, value: "c" }, { steps: "«Look.»", evaluate: "«»" }, broken),
  replying({ type, value: "c" }, { steps, evaluate: "«Good.»" }, broken),
  replying({ type, value: "c" }, { steps, evaluate: `«${json({ score: 11, reason: "why" })}»` }, broken),
  replying({ type, value: "c" }, { steps, evaluate: `«${json({ score: 8 })}»` }, broken),
]);

const facts = (["factuality", "model-graded-factuality", "not-factuality"] as const).flatMap((type) => [
  ...["A", "B", "C", "D", "E", "d"].map((category) => replying({ type, value: "v" }, json({ category, reason: "why" }))),
  ...["(A) because", "(D) because", "b) because"].map((reply) => replying({ type, value: "v" }, reply)),
  ...["A", "D"].map((category) => replying({ type, value: "v" }, json({ category }), { options: { factuality: { subset: 0.5, disagree: 0.2 } } })),
  replying({ type, value: "v" }, json({ category: "B" }), { options: { factuality: { superset: 0 } } }),
  replying({ type, value: "v" }, json({ category: "F" }), broken),
  replying({ type, value: "v" }, "It is true.", broken),
]);

const closed = (["model-graded-closedqa", "not-model-graded-closedqa"] as const).flatMap((type) => [
  ...["Because.\nY", "Because.\nN", "Y \n"].map((reply) => replying({ type, value: "c" }, reply)),
  replying({ type, value: "c" }, "Perhaps.", broken),
]);

const vars = { query: "Where is it?", context: "It is in Paris. It is tall. It is old. It is iron." };
const lines = { query: "Where?", context: "It is in Paris\nIt is tall\n" };
const list = { query: "Where?", context: ["It is in Paris", "It is tall", "It is old"] };
const rag = (["", "not-"] as const).flatMap((not) => [
  ...["1. x [Attributed]\n2. y [Not Attributed]", "[attributed]", "x [Not Attributed]"].map((reply) => replying({ type: `${not}context-recall`, value: "v" }, reply, { vars })),
  replying({ type: `${not}context-recall`, value: "v", threshold: 0.6 }, "a [Attributed]\nb [Not Attributed]", { vars }),
  replying({ type: `${not}context-recall`, value: "v" }, "a [Attributed]"),
  ...["output.slice(4)", "['It is in Paris.', output]", "7", "output.none.none", "''"].map((contextTransform) => replying({ type: `${not}context-recall`, value: "v", contextTransform }, "a [Attributed]")),
  replying({ type: `${not}context-relevance`, contextTransform: "['It is in Paris.', 'It is tall.', context.vars.query]" }, "It is in Paris.", { vars }),
  replying({ type: `${not}context-recall`, value: "v" }, "All of it.", { vars, ...broken }),
  ...["It is in Paris.", "It is in Paris. It is tall.", "It is in Paris. It is in Paris.", "Insufficient Information"].map((reply) => replying({ type: `${not}context-relevance` }, reply, { vars })),
  replying({ type: `${not}context-relevance` }, "- It is tall", { vars: lines }),
  replying({ type: `${not}context-relevance` }, "It is tall\nIt is old", { vars: list }),
  replying({ type: `${not}context-relevance`, threshold: 0.2 }, "It is tall.", { vars }),
  replying({ type: `${not}context-relevance` }, "It is in Rome.", { vars, ...broken }),
  ...["Final verdict for each statement in order: Yes. No.", "Final verdict for each statement in order: Yes. Yes.", "Final verdict for each statement in order: Yes.", "Verdict: Yes. Verdict: No.", "Verdict: No."].map((reply) => replying({ type: `${not}context-faithfulness` }, ["«It is here.\nIt is there.»", `«${reply}»`], { vars })),
  replying({ type: `${not}context-faithfulness`, threshold: 0.6 }, ["«It is here.\nIt is there.»", "«Verdict: Yes. Verdict: No.»"], { vars }),
  replying({ type: `${not}context-faithfulness` }, ["«a»", "«It is right.»"], { vars, ...broken }),
  ...["east", "north", "between"].map((guess) => replying({ type: `${not}answer-relevance` }, guess, { vars: { query: "east" } })),
  replying({ type: `${not}answer-relevance`, threshold: 0.8 }, "between", { vars: { query: "east" } }),
  ...["yes", "no"].map((verdict) => replying({ type: `${not}conversation-relevance` }, json({ verdict }))),
  replying({ type: `${not}conversation-relevance` }, json({ verdict: "perhaps" }), broken),
]);

const similar = ["similar", "not-similar", "similar:cosine", "similar:dot", "not-similar:dot", "similar:euclidean", "not-similar:euclidean"].flatMap((type) =>
  ["east", "north", "between", "far", ["north", "east"], ["north", "zero"]].flatMap((value) => [undefined, 0.5, 1].map((threshold): JudgedRow => ({ assert: { type, value, ...(threshold === undefined ? {} : { threshold }) }, out: "east" }))),
);

const moderated = ["moderation", "not-moderation"].flatMap((type) => ["good", "bad", "worse"].flatMap((out) => [undefined, ["violence"], ["self-harm"]].map((value): JudgedRow => ({ assert: { type, ...(value === undefined ? {} : { value }) }, out }))));

export const ROWS: readonly JudgedRow[] = [...rubrics, ...gevals, ...facts, ...closed, ...rag, ...similar, ...moderated];
