/** A sentence of a prompt that tells the model what to do, with the line it begins on (from 0, in its text). */
export interface Sentence {
  readonly text: string;
  readonly line: number;
}

/** Verbs that begin an instruction. */
const VERBS = /^(?:please\s+|always\s+|only\s+|just\s+|then\s+|finally,?\s+|do not\s+|don't\s+|never\s+)*(?:answer|reply|respond|return|output|write|give|produce|use|format|keep|limit|make|start|begin|end|finish|conclude|mention|include|avoid|say|choose|pick|select|classify|translate|summari[sz]e|describe|explain|list|be)\b/i;
const OBLIGATION = /\b(?:answer|reply|response|output|summary|text|message|you|it)\s+(?:must|should|shall|has to|have to|needs? to)\b/i;
/** What makes an instruction hold only sometimes. In doubt there is no check. */
const CONDITION = /\b(?:if|unless|when|whenever|otherwise|except|per|each|every|where possible|ideally|try to|for example|e\.g\.|such as|might|may|can)\b/i;

/**
 * The unconditional instructions of a prompt's text. Examples, quotes that stand alone, fences and whatever a
 * variable fills in are left out: they are material, not instructions.
 */
export function instructionSentences(text: string): Sentence[] {
  return sentences(withoutMaterial(text)).filter(({ text: sentence }) => (VERBS.test(sentence) || OBLIGATION.test(sentence)) && !CONDITION.test(sentence));
}

/** The same length and lines, with what is no instruction blanked. */
function withoutMaterial(text: string): string {
  const blank = (part: string) => part.replace(/[^\n]/g, " ");
  return text
    .replace(/^(?:```|~~~)[\s\S]*?(?:^(?:```|~~~)|$(?![\s\S]))/gm, blank)
    .replace(/^\s*["“«].*$/gm, blank)
    .replace(/^.*(?:->|=>|→).*$/gm, blank)
    .replace(/^\s*(?:Q|A|User|Assistant|Input|Output|Example\s*\d*|Question|Answer)\s*:.*$/gim, blank)
    .replace(/^.*\{\{.*$/gm, (line) => (/^[^{]*[.!?][^{]*\{\{/.test(line) ? line.replace(/\{\{.*$/, blank) : blank(line)));
}

function sentences(text: string): Sentence[] {
  return text.split("\n").flatMap((content, line) =>
    content
      .split(/(?<=[.!?])\s+(?=["“(]?[A-Z])/)
      .map((part) => part.replace(/^\s*(?:[-*•]|\d+[.)])\s+/, "").trim())
      .filter((part) => part !== "")
      .map((part) => ({ text: part, line })),
  );
}
