import type { FromPreview, PreviewAnswer, PreviewView, ToPreview } from "../../protocol/authoring.ts";

declare function acquireVsCodeApi(): { postMessage(message: FromPreview): void };

const editor = acquireVsCodeApi();
const app = document.getElementById("app")!;
const cases = select("Case", (value) => editor.postMessage({ kind: "choose", caseId: value }));
const prompts = select("Prompt", (value) => editor.postMessage({ kind: "choose", prompt: Number(value) }));
const endpoint = select("Endpoint");
const other = select("Beside");
const run = element("button", "", "Run This Case");
const facts = element("p", "quiet");
const problem = element("p", "problem");
const messages = element("div", "messages");
const answers = element("div", "replies");
const head = element("div", "bar");
head.append(cases.label, prompts.label, endpoint.label, other.label, run);
problem.setAttribute("role", "alert");
answers.setAttribute("aria-live", "polite");
app.append(head, facts, problem, answers, messages);

const OWN = "";
const NOBODY = "\u0000";
run.addEventListener("click", () => {
  const wanted = [endpoint.box.value, ...(other.box.value === NOBODY ? [] : [other.box.value])];
  editor.postMessage({ kind: "run", endpoints: wanted.map((name) => (name === OWN ? undefined : name)) });
});

window.addEventListener("message", ({ data }: MessageEvent<ToPreview>) => {
  switch (data.kind) {
    case "view":
      return draw(data.view);
    case "problem":
      return say(data.message);
    case "running":
      run.setAttribute("disabled", "");
      return answers.replaceChildren(...data.endpoints.map((name) => column(name ?? "the suite's own", [element("p", "quiet", "Asking…")])));
    case "answers":
      return fill(data.column, data.answers.length === 0 ? [element("p", "quiet", "This prompt is not asked in this case.")] : data.answers.map(answerOf));
    case "failed":
      return fill(data.column, [element("p", "problem", data.message)]);
  }
});
editor.postMessage({ kind: "ready" });

function draw(view: PreviewView): void {
  fillSelect(cases, view.cases.map(({ id, label }) => [id, label]), view.caseId);
  fillSelect(prompts, view.prompts.map((label, index) => [String(index), label]), String(view.prompt));
  prompts.label.hidden = view.prompts.length < 2;
  const names = view.endpoints.map((name): [string, string] => [name, name]);
  fillSelect(endpoint, [[OWN, view.endpoint === undefined ? "the suite's own" : `${view.endpoint} (the suite's)`], ...names], endpoint.box.value);
  fillSelect(other, [[NOBODY, "nobody"], ...names], other.box.value || NOBODY);
  const changed = view.messages.flatMap(({ lines }) => lines).filter(({ kind }) => kind !== "same").length;
  facts.textContent = [view.suite, `≈ ${view.tokens} tokens`, view.baseline === undefined ? "no baseline" : changed === 0 ? `as baseline ${view.baseline}` : `${changed} lines differ from baseline ${view.baseline}`].join(" · ");
  say(view.problem);
  if (view.problem !== undefined) return;
  messages.replaceChildren(
    ...view.messages.map(({ role, tokens, lines }) => {
      const section = element("section", "said");
      const heading = element("h2", "", role);
      heading.append(element("span", "under", ` ≈ ${tokens} tokens`));
      const text = element("pre", "");
      for (const line of lines) {
        const row = element(line.kind === "added" ? "ins" : line.kind === "removed" ? "del" : "span", "", line.text === "" ? "\u200b" : line.text);
        text.append(row, "\n");
      }
      section.append(heading, text);
      return section;
    }),
  );
}

function say(message: string | undefined): void {
  problem.textContent = message ?? "";
  problem.hidden = message === undefined;
  // What was there last stays, paler: a half-typed template must not make the page jump.
  messages.classList.toggle("stale", message !== undefined);
}

function column(name: string, children: readonly Element[]): Element {
  const box = element("section", "reply");
  box.append(element("h2", "", name), ...children);
  return box;
}

function fill(index: number, children: readonly Element[]): void {
  const box = answers.children[index];
  box?.replaceChildren(box.firstElementChild!, ...children);
  if (![...answers.querySelectorAll("p.quiet")].some(({ textContent }) => textContent === "Asking…")) run.removeAttribute("disabled");
}

function answerOf({ series, status, output, reason, facts: of }: PreviewAnswer): Element {
  const box = element("div", "");
  const mark = status === "passed" ? "✓ passed" : status === "error" ? "! not judged" : "✗ failed";
  const line = element("p", status === "passed" ? "good" : "bad", mark);
  line.append(element("span", "under", ` ${[series, of].filter(Boolean).join(" · ")}`));
  box.append(line, element("pre", "", output));
  if (reason !== "") box.append(element("p", "quiet", reason));
  return box;
}

function select(name: string, changed?: (value: string) => void): { label: HTMLLabelElement; box: HTMLSelectElement } {
  const label = document.createElement("label");
  const box = document.createElement("select");
  label.append(`${name} `, box);
  if (changed) box.addEventListener("change", () => changed(box.value));
  return { label, box };
}

/** Only what differs is set: a list that somebody has open must not close while they type. */
function fillSelect({ box }: { box: HTMLSelectElement }, options: readonly (readonly [string, string])[], value: string | undefined): void {
  const key = JSON.stringify(options);
  if (box.dataset["options"] !== key) {
    box.dataset["options"] = key;
    box.replaceChildren(...options.map(([id, text]) => new Option(text, id)));
  }
  if (value !== undefined && options.some(([id]) => id === value)) box.value = value;
}

/** Text is text: nothing that a model or a prompt says becomes HTML. */
function element(name: string, className: string, text = ""): HTMLElement {
  const made = document.createElement(name);
  if (className !== "") made.className = className;
  made.textContent = text;
  return made;
}
