import type { AssertionDefinition, GradeContext } from "../assertions/definition.ts";
import { JudgeError } from "../model.ts";
import { asked, graderOf, ownPrompt, parsedOutput, promptOf } from "./judgement.ts";
import { finite, replyObject, textIn } from "./reply.ts";

const MOST = 10;
const THRESHOLD = 0.7;

/**
 * G-Eval (Liu et al. 2023, arXiv 2303.16634) as promptfoo does it: a model first turns the criterion into
 * steps, then grades the output by them from 0 to 10; the score is a tenth of that. Several criteria: their mean.
 */
export const gEval: AssertionDefinition = {
  asks: ["text"],
  check: ({ value }) => (criteriaIn(value) ? undefined : 'g-eval needs a criterion, or a list of criteria, as its "value".'),
  async grade(context) {
    const criteria = criteriaIn(context.value);
    if (!criteria) throw new JudgeError(`${context.type} needs a criterion, or a list of criteria, as its value.`);
    const threshold = context.assertion.threshold ?? THRESHOLD;
    const grades: { score: number; reason: string }[] = [];
    // One by one: what fails first is what is said.
    for (const criterion of criteria) grades.push(await judgeCriterion(context, criterion));
    const score = grades.reduce((sum, grade) => sum + grade.score, 0) / grades.length;
    const pass = score >= threshold !== context.negated;
    return { pass, score: context.negated ? 1 - score : score, reason: grades.map(({ reason }) => reason).join("\n\n") };
  },
};

async function judgeCriterion(context: GradeContext, criteria: string): Promise<{ score: number; reason: string }> {
  const own = promptsIn(ownPrompt(context));
  const input = promptOf(context);
  const grader = graderOf(context);
  const steps = await grader.ask(
    asked(context, own["steps"], { criteria }, {
      task: "You plan how texts are evaluated. Break the criterion down into three or four short steps by which anyone can check any text for it.",
      material: { criterion: criteria },
      reply: 'Reply with one JSON object on one line and nothing else: {"steps": ["<step>", "<step>", "<step>"]}.',
    }),
    readSteps,
    "{steps: […]}",
  );
  return grader.ask(
    asked(context, own["evaluate"], { criteria, steps: steps.join("\n- "), maxScore: String(MOST), input: parsedOutput(input), output: parsedOutput(context.text) }, {
      task: `You rate what a language model wrote for a prompt. Follow the steps and say how far the output fulfils the criterion: a whole number from 0 (not at all) to ${MOST} (fully and clearly).`,
      material: { criterion: criteria, steps: steps.map((step, index) => `${index + 1}. ${step}`).join("\n"), prompt: input, output: context.text },
      reply: 'Reply with one JSON object on one line and nothing else: {"score": <0 to 10>, "reason": "<one sentence that does not repeat the number>"}.',
    }),
    readScore,
    `{score: 0 to ${MOST}, reason}`,
  );
}

async function readSteps(reply: string): Promise<string[] | undefined> {
  const steps = (await replyObject(reply))?.["steps"];
  const ok = Array.isArray(steps) && steps.length > 0 && steps.every((step): step is string => textIn(step) !== undefined);
  return ok ? steps : undefined;
}

async function readScore(reply: string): Promise<{ score: number; reason: string } | undefined> {
  const found = await replyObject(reply);
  const score = finite(found?.["score"]);
  const reason = textIn(found?.["reason"]);
  return score === undefined || score < 0 || score > MOST || reason === undefined ? undefined : { score: score / MOST, reason };
}

function criteriaIn(value: unknown): readonly string[] | undefined {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.length > 0 && list.every((item): item is string => typeof item === "string") ? list : undefined;
}

/** A `rubricPrompt` of g-eval is `{steps, evaluate}`; any other kind is not used, as in promptfoo. */
function promptsIn(own: unknown): Readonly<Record<string, unknown>> {
  return own !== null && typeof own === "object" && !Array.isArray(own) ? (own as Record<string, unknown>) : {};
}
