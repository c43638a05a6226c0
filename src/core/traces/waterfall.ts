import type { Span } from "./span.ts";

/** A span at its place in its trace. */
export interface Bar {
  readonly span: Span;
  /** 0 for one whose parent is not there. */
  readonly depth: number;
  /** Microseconds since the trace began. */
  readonly offset: number;
}

/**
 * The spans of a trace, each after its parent, siblings as they began. One without its parent is a root; spans that
 * are each other's parents are roots, too. Clocks that disagree may show a child before its parent began.
 */
export function waterfall(spans: readonly Span[]): Bar[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const children = new Map<string | undefined, Span[]>();
  for (const span of spans) {
    const parent = span.parentId !== undefined && ids.has(span.parentId) ? span.parentId : undefined;
    children.set(parent, [...(children.get(parent) ?? []), span]);
  }
  const began = spans.reduce((least, { start }) => Math.min(least, start), Infinity);
  const bars: Bar[] = [];
  const placed = new Set<Span>();
  const place = (first: Span) => {
    // Traces are deeper than the stack may be.
    const stack = [{ span: first, depth: 0 }];
    for (let next = stack.pop(); next; next = stack.pop()) {
      const { span, depth } = next;
      if (placed.has(span)) continue;
      placed.add(span);
      bars.push({ span, depth, offset: span.start - began });
      for (const child of (children.get(span.spanId) ?? []).toReversed()) stack.push({ span: child, depth: depth + 1 });
    }
  };
  for (const root of children.get(undefined) ?? []) place(root);
  for (const span of spans) place(span);
  return bars;
}
