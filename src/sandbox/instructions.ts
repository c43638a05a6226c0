import { readField, readShots, type Shot, unquote } from "./examples.ts";
import { type Format, outputLabel, readFormat } from "./format.ts";
import { readLabels } from "./labels.ts";
import type { Example } from "./learner.ts";

export interface Turn {
  readonly role: string;
  readonly text: string;
}

/** What a prompt asks for, as far as the sandbox understands it. */
export interface Task {
  /** What there is to learn from; empty when the prompt neither lists labels nor shows examples. */
  readonly examples: readonly Example[];
  readonly query: string;
  readonly format: Format;
}

interface UserText {
  readonly instructions: string;
  readonly shots: readonly Shot[];
  readonly query: string;
}

/** Field names that head an instruction, not the text to judge. */
const HEADING = /^(?:answer|respond|reply|return|output|use|format|note|rules?|important|examples?|categor\w+|labels?|classes|options|intents?|topics|task|goal|role|context|instructions?|guidelines|json|.*\b(?:of|with|as|into)\b.*)$/i;
const COMMAND = /^(?:answer|respond|reply|return|output|give|write|use|only|do not|don't|classify|format|think)\b/i;

/**
 * Reads a conversation: system messages and what precedes the query are instructions; pairs in the
 * text and user → assistant turns are examples; the last user message is, or ends in, the query.
 */
export function readTask(turns: readonly Turn[], responseFormat: unknown): Task {
  const last = turns.findLastIndex(({ role }) => role === "user");
  const instructions: string[] = [];
  const shots: Shot[] = [];
  for (const { role, text } of turns) {
    if (role === "user" || role === "assistant" || role === "tool") continue;
    const read = readShots(text);
    instructions.push(read.before, read.after);
    shots.push(...read.shots);
  }
  const hasContext = shots.length > 0 || readLabels(instructions.join("\n")).length > 0;
  let query = last < 0 ? instructions.join("\n").trim() : "";
  for (const [index, { role, text }] of turns.entries()) {
    if (role !== "user" || index > last) continue;
    const user = readUser(text, hasContext || shots.length > 0);
    instructions.push(user.instructions);
    shots.push(...user.shots);
    const reply = turns[index + 1];
    if (index === last) query = user.query;
    else if (reply?.role === "assistant") shots.push({ text: user.query, output: reply.text });
  }
  const text = instructions.join("\n");
  const format = readFormat(text, shots, responseFormat);
  return { examples: toExamples(text, shots, format), query, format };
}

function toExamples(instructions: string, shots: readonly Shot[], format: Format): Example[] {
  const listed = format.labels.length > 0 ? format.labels.map((label) => ({ label, description: "" })) : readLabels(instructions);
  const spelling = new Map(listed.map(({ label }) => [label.toLowerCase(), label]));
  const named = listed.map(({ label, description }) => ({ label, text: `${label.replace(/[_-]+/g, " ")} ${description}` }));
  const shown = shots.map(({ text, output }) => {
    const label = outputLabel(output).replace(/[.!]$/, "");
    const known = spelling.get(label.toLowerCase());
    if (known === undefined) spelling.set(label.toLowerCase(), label);
    return { text, label: known ?? label };
  });
  return [...named, ...shown];
}

function readUser(text: string, hasContext: boolean): UserText {
  const { shots, before, after, open } = readShots(text);
  if (shots.length === 0 && hasContext) return { instructions: "", shots, query: bare(text) };
  const { instructions, query } = open === undefined ? splitQuery(after, shots.length > 0) : cutCommands(open);
  return { instructions: `${before}\n${instructions}`, shots, query };
}

/** Instructions, then the query: behind a cue such as `Message:`, or the last paragraph, or in quotes. */
function splitQuery(text: string, afterShots: boolean): { instructions: string; query: string } {
  const lines = text.split("\n");
  const cue = lines.findIndex((line, index) => {
    const field = readField(line);
    return field && !HEADING.test(field.name) && !/^\s*[-*•]/.test(line) && (field.value !== "" || index < lines.length - 1);
  });
  const head = cue < 0 ? [] : lines.slice(0, cue);
  const tail = cutCommands(lines.slice(head.length).join("\n"));
  if (cue >= 0) return { instructions: [...head, tail.instructions].join("\n"), query: bare(tail.query) };
  const paragraphs = tail.query.split(/\n\s*\n/);
  if (paragraphs.length > 1 || tail.instructions !== "" || afterShots) {
    return { instructions: [...paragraphs.slice(0, -1), tail.instructions].join("\n"), query: bare(paragraphs.at(-1)!) };
  }
  const quoted = /["“«]([^"“”»]{8,})["”»]/u.exec(text);
  return quoted ? { instructions: text.replace(quoted[0], ""), query: quoted[1]! } : { instructions: text, query: bare(text) };
}

/** Splits off paragraphs at the end that are commands ("Answer with JSON only."), not part of the query. */
function cutCommands(text: string): { instructions: string; query: string } {
  const paragraphs = text.trim().split(/\n\s*\n/);
  let end = paragraphs.length;
  while (end > 1 && COMMAND.test(paragraphs[end - 1]!.trim())) end--;
  return { query: paragraphs.slice(0, end).join("\n\n"), instructions: paragraphs.slice(end).join("\n") };
}

/** A query without the cue before it (`Message:`) and the one after it (`Category:`). */
function bare(text: string): string {
  const lines = text.trim().split("\n");
  if (lines.length > 1 && readField(lines.at(-1)!)?.value === "") lines.pop();
  const first = readField(lines[0]!);
  return unquote([first && first.name.split(" ").length <= 2 ? first.value : lines[0], ...lines.slice(1)].join("\n"));
}
