import type { Piece } from "../../protocol/experiments.ts";
import { visibleParts } from "./visible.ts";

/** A model's or a person's text: never markup, and nothing in it is invisible or turns what is around it. */
export function Text({ text }: { text: string }) {
  return (
    <bdi>
      {visibleParts(text).map((part) => (part.mark === undefined ? part.text : <span class="invisible" title={part.mark}>{part.text}</span>))}
    </bdi>
  );
}

/** A text in pieces, of which some are not in the other text. */
export function Pieces({ pieces, as }: { pieces: readonly Piece[]; as: "removed" | "added" }) {
  const Tag = as === "removed" ? "del" : "ins";
  return <>{pieces.map(({ text, changed }) => (changed ? <Tag><Text text={text} /></Tag> : <Text text={text} />))}</>;
}
