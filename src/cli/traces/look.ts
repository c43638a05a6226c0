import { stripVTControlCharacters } from "node:util";
import { formatDuration, formatMoney } from "../../core/regression/words.ts";
import { conversationOf, costOf, tokensOf } from "../../core/traces/messages.ts";
import { type Span, STATUS_ERROR } from "../../core/traces/span.ts";
import { type Bar, waterfall } from "../../core/traces/waterfall.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { traceNamed, withTraces } from "./open.ts";

interface ListOptions {
  all?: boolean;
  failed?: boolean;
  model?: string;
  name?: string;
  /** Milliseconds. */
  since?: number;
  limit?: number;
  json?: boolean;
}

const WIDTH = 30;
const MOST_SHOWN = 2000;

export function listCommand(front: Front, { all, failed, model, name, since, limit = 20, json }: ListOptions): Promise<number> {
  return withTraces(front, (traces) => {
    const spans = traces.list({ generative: !all, ...(failed && { failed }), ...(model !== undefined && { model }), ...(name !== undefined && { name }), ...(since !== undefined && { since: (front.host.clock.now() - since) * 1000 }) }, limit);
    if (json) front.print(JSON.stringify({ spans: spans.map(spanJson) }));
    else if (spans.length > 0) for (const span of spans) front.print(`${new Date(span.start / 1000).toISOString()}   ${span.spanId}   ${spanWords(span)}`);
    else front.print('No span is like that. "llmops traces receive" takes those of an application, "llmops traces pull" those of a file.');
    return EXIT.ok;
  });
}

export function showCommand(front: Front, id: string, { json }: { json?: boolean }): Promise<number> {
  return withTraces(front, (traces) => {
    const spans = traceNamed(traces, id);
    const bars = waterfall(spans);
    if (json) front.print(JSON.stringify({ traceId: spans[0]?.traceId, spans: bars.map(({ span, depth, offset }) => ({ depth, offsetMs: offset / 1000, ...spanJson(span) })) }));
    else showTrace(front, bars);
    return EXIT.ok;
  });
}

function showTrace(front: Front, bars: readonly Bar[]): void {
  const total = bars.reduce((most, { span, offset }) => Math.max(most, offset + span.duration), 1);
  const [first] = bars;
  front.print(`trace ${first?.span.traceId}   ${new Date((first?.span.start ?? 0) / 1000).toISOString()}   ${formatDuration(total / 1000)}`);
  for (const { span, depth, offset } of bars.slice(0, MOST_SHOWN)) {
    const from = Math.min(WIDTH - 1, Math.floor((offset / total) * WIDTH));
    const bar = `${" ".repeat(from)}${"━".repeat(Math.max(1, Math.round((span.duration / total) * WIDTH)))}`.slice(0, WIDTH).padEnd(WIDTH);
    front.print(`${bar}  ${span.spanId}  ${"  ".repeat(Math.min(depth, 20))}${spanWords(span)}`);
    const { input, output } = conversationOf(span);
    for (const { role, content } of [...input, ...(output === undefined ? [] : [{ role: "answer", content: output }])]) front.print(`${" ".repeat(WIDTH)}    ${shortened(role)}: ${shortened(content)}`);
  }
  if (bars.length > MOST_SHOWN) front.print(`and ${bars.length - MOST_SHOWN} spans more: --json has them.`);
}

function spanWords(span: Span): string {
  const { input, output } = tokensOf(span);
  const cost = costOf(span);
  const tokens = input === undefined && output === undefined ? [] : [`${input ?? 0} → ${output ?? 0} tokens`];
  const failed = span.error !== undefined || span.status === STATUS_ERROR ? [`failed: ${shortened(span.error ?? "error")}`] : [];
  return [shortened(span.name), ...(span.model === undefined || span.name.includes(span.model) ? [] : [shortened(span.model)]), formatDuration(span.duration / 1000), ...tokens, ...(cost === undefined ? [] : [formatMoney(cost)]), ...failed].join("   ");
}

/** Text of others, on one line, without what a terminal would obey. */
function shortened(text: string): string {
  const line = stripVTControlCharacters(text).replace(/[\s\p{Cc}]+/gu, " ").trim();
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
}

function spanJson(span: Span): object {
  const { start, duration, ...rest } = span;
  return { ...rest, start: new Date(start / 1000).toISOString(), durationMs: duration / 1000, tokens: tokensOf(span), cost: costOf(span), ...conversationOf(span) };
}
