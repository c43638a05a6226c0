import type { ExperimentsAction, FromWebview, PageState, ToWebview } from "../protocol/experiments.ts";

/** What the editor gives to a webview's page; one of a test gives the same. */
declare function acquireVsCodeApi(): { postMessage(message: FromWebview): void; getState(): unknown; setState(state: PageState): void };

const editor = acquireVsCodeApi();
const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
const listeners = new Set<(message: ToWebview) => void>();
let lastId = 0;

window.addEventListener("message", ({ data }: MessageEvent<ToWebview>) => {
  if (data.kind !== "answer" && data.kind !== "failed") return listeners.forEach((listen) => listen(data));
  const asked = waiting.get(data.id);
  waiting.delete(data.id);
  if (data.kind === "answer") asked?.resolve(data.value as never);
  else asked?.reject(new Error(data.message));
});

/** Asks the engine. @throws {Error} whose message is for people. */
export function ask<T>(action: ExperimentsAction): Promise<T> {
  const id = ++lastId;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    editor.postMessage({ kind: "ask", id, action });
  });
}

export function tell(message: Exclude<FromWebview, { kind: "ask" }>): void {
  editor.postMessage(message);
}

/** @returns what ends it. */
export function listen(listener: (message: ToWebview) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** What the page showed last, or is opened with. */
export function firstState(): PageState {
  return (editor.getState() as PageState | undefined) ?? (JSON.parse(document.body.dataset.state ?? "{}") as PageState);
}

export function keepState(state: PageState): void {
  editor.setState(state);
}
