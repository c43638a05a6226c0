import { outputLabel } from "../format.ts";
import { readTask, type Turn } from "../instructions.ts";
import { object } from "../request.ts";

/** One row as the learner takes it: what was asked, the label in the answer, and the answer as it is written. */
export interface Lesson {
  readonly text: string;
  readonly label: string;
  readonly answer: string;
}

/** A training file that a job refuses; the message is the job's error. */
export class BadTrainingFile extends Error {}

const FEWEST = 10;
const MOST_LABELS = 200;

/** Reads a training file of the chat or the preference shape. @throws {BadTrainingFile} */
export function readLessons(content: string, fewest = FEWEST): Lesson[] {
  const lessons: Lesson[] = [];
  for (const [index, line] of content.replace(/^\ufeff/, "").split("\n").entries()) {
    if (line.trim() === "") continue;
    try {
      lessons.push(lessonOf(JSON.parse(line)));
    } catch (error) {
      throw new BadTrainingFile(`Line ${index + 1} of the file is no example: ${(error as Error).message}`);
    }
  }
  if (lessons.length < fewest) throw new BadTrainingFile(`The file has ${lessons.length} examples, and needs at least ${fewest}.`);
  const labels = new Set(lessons.map(({ label }) => label)).size;
  if (labels > MOST_LABELS) throw new BadTrainingFile(`The file has ${labels} different answers: the sandbox learns a choice of at most ${MOST_LABELS}.`);
  return lessons;
}

function lessonOf(row: unknown): Lesson {
  const fields = object(row, "It");
  const preferred = fields["input"] === undefined ? undefined : turnsOf(fields["preferred_output"], "preferred_output");
  const turns = preferred ? [...turnsOf(object(fields["input"], "input")["messages"], "input.messages"), ...preferred] : turnsOf(fields["messages"], "messages");
  const last = turns.at(-1);
  if (last?.role !== "assistant") throw new Error("its last message must be the assistant's.");
  return { text: readTask(turns.slice(0, -1), undefined).query, label: outputLabel(last.text), answer: last.text };
}

function turnsOf(messages: unknown, name: string): Turn[] {
  if (!Array.isArray(messages) || messages.length === 0) throw new Error(`${name} must be a list of messages.`);
  return messages.map((message: unknown, at) => {
    const { role, content } = object(message, `${name}[${at}]`);
    if (typeof role !== "string" || typeof content !== "string") throw new Error(`${name}[${at}] needs a role and a content.`);
    return { role: role === "developer" ? "system" : role, text: content };
  });
}
