import type { Example } from "../sides.ts";
import { contains, echoed, equals } from "./support.ts";

const TALK = "{% for turn in _conversation %}{{ turn.input }} -> {{ turn.output }} | {% endfor %}{{ n }}";
const turn = (n: unknown, conversationId?: string, more: object = {}) => ({ vars: { n }, ...(conversationId === undefined ? {} : { metadata: { conversationId } }), ...more });
const one = { evaluateOptions: { maxConcurrency: 1 } };

/** Tests that depend on the outputs before them. */
export const conversations: Readonly<Record<string, Example>> = {
  "a conversation": { config: echoed(TALK, [turn("a"), turn("b"), turn("c", undefined, { assert: [contains("a -> a | ")] })], one) },
  "two conversations, turn about": { config: echoed(TALK, [turn("a", "1"), turn("x", "2"), turn("b", "1"), turn("y", "2")], one) },
  "a conversation under two prompts": { config: echoed([TALK, `Second: ${TALK}`], [turn("a"), turn("b")], one) },
  "a conversation of a chat": { config: echoed(JSON.stringify([{ role: "system", content: "Be kind" }, { role: "user", content: "{{ n }}{% for t in _conversation %} ({{ t.input }}, {{ t.prompt.length }}){% endfor %}" }]), [turn("a"), turn("b")], one) },
  "a test that is no turn": { config: echoed(TALK, [turn("a"), turn("b", undefined, { options: { disableConversationVar: true } }), turn("c")], one) },
  "a conversation whose outputs are transformed": { config: echoed(TALK, [turn("a", undefined, { options: { transform: "output.toUpperCase()" } }), turn("b")], one) },
  "a conversation whose values are lists": { config: echoed(TALK, [turn(["a", "b"]), turn("c")], one) },
  "conversations of scenarios": { config: echoed(TALK, undefined, { ...one, scenarios: [{ config: [{ vars: { k: "1" } }, { vars: { k: "2" } }], tests: [turn("a {{k}}"), turn("b {{k}}")] }, { config: [{ vars: { k: "3" } }], tests: [turn("c {{k}}")] }] }) },
  "repeats of a conversation": { config: echoed(TALK, [turn("a"), turn("b")], { evaluateOptions: { maxConcurrency: 1, repeat: 2 } }), differs: "a conversation with `repeat`" },
  "a stored output": { config: echoed("{{ n }}", [turn("a", undefined, { options: { storeOutputAs: "first" } }), turn("got {{ first }}", undefined, { assert: [equals("got {{ first }}"), equals("got a")] })], one) },
  "a stored output that is transformed": { config: echoed("{{ n }} {{ first }}", [turn("a", undefined, { options: { storeOutputAs: "first", transform: "output.toUpperCase()" } }), turn("b")], one) },
  "stored outputs under two prompts": { config: echoed(["P {{ n }}", "Q {{ n }}"], [turn("a", undefined, { options: { storeOutputAs: "first" } }), turn("got {{ first }}")], one), differs: "`storeOutputAs` with more than one column" },
  "a stored output and one by one": { config: echoed("{{ n }} {{ first }}", [turn("a"), turn("b", undefined, { options: { storeOutputAs: "first", runSerially: true } })], one) },
};
