import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { webviewPage } from "../../../src/editor/comparison/page.ts";
import { nodeHost } from "../../../src/engine/nodeHost.ts";
import { environmentSecrets } from "../../../src/engine/secrets.ts";
import { openWorkspace } from "../../../src/engine/workspace.ts";
import type { ExperimentsAction, PageState } from "../../../src/protocol/experiments.ts";
import { ExperimentWork } from "../../../src/server/worker/experimentWork.ts";
import { launchBrowser } from "../../harness/chromium.ts";
import { root } from "../../harness/paths.ts";
import { median, ms, type Row } from "../measure.ts";
import { emptyStore, fillCases, fillCurves, fillRuns } from "./fill.ts";

const ROUNDS = 5;
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** What the editor gives a page, over a binding of the browser instead. */
const EDITOR = `window.acquireVsCodeApi = () => ({
  getState: () => undefined, setState: () => {},
  postMessage: async (message) => { if (message.kind === "ask") window.postMessage({ kind: "answer", id: message.id, value: await window.engine(message.action) }); },
})`;

/** The pages of runs and comparisons in a plain Chromium, with the engine behind them: the shipped page, script and style. */
export async function experimentRows(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "llmops-bench-"));
  const browser = await launchBrowser();
  try {
    const store = await emptyStore(folder);
    fillRuns(store, 10_000);
    const runs = fillCases(store, 5, 100_000);
    const curves = fillCurves(store, 50, 20_000);
    store.close();
    const workspace = await openWorkspace(folder, nodeHost({ entry: "", env: process.env, secrets: environmentSecrets(process.env, SILENT), log: SILENT }));
    const work = new ExperimentWork(() => {});
    const perform = (action: ExperimentsAction) => work.perform(workspace, action);
    try {
      // A comparison of so many cases is judged once, whoever looks at it then.
      await perform({ kind: "compare", runs });
      return [
        bundleRow(),
        ...(await tableRows(browser, perform, "10,000 runs × 60 columns", { folder: "f" }, "metric-0")),
        ...(await tableRows(browser, perform, "100,000 cases × 5 runs", { folder: "f", runs, tab: "cases" }, undefined)),
        await searchRow(perform, runs),
        await curveRow(perform, "one curve of 20,000 points", curves.slice(0, 1)),
        await curveRow(perform, "50 curves of 1,000,000 points in ≤ 500 buckets", curves),
      ];
    } finally {
      workspace.store.close();
    }
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Perform = (action: ExperimentsAction) => Promise<unknown>;

function bundleRow(): Row {
  const size = statSync(join(root, "dist/webview/comparison.js")).size + statSync(join(root, "dist/webview/style.css")).size;
  return { what: "script and style of the pages", value: `${Math.round(size / 1024)} KB`, peer: "–", limit: "350 KB", ratio: size / 1024 / 350 };
}

async function tableRows(browser: Browser, perform: Perform, what: string, state: PageState, column: string | undefined): Promise<Row[]> {
  const paints: number[] = [];
  const sorts: number[] = [];
  let frame = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    const opened = await open(browser, perform, state);
    // The first is not counted: the browser and the store are cold.
    if (round > 0) paints.push(opened.paint);
    if (round > 0) sorts.push(column ? await changed(opened.page, `[role=columnheader][aria-label="${column}"]`) : await changed(opened.page, '[role=columnheader][aria-label*="baseline"]'));
    if (round === ROUNDS) frame = await scrollFrame(opened.page);
    await opened.page.context().close();
  }
  return [
    { what: `${what}: navigation → first paint of its rows`, value: ms(median(paints)), peer: "–", limit: "300 ms", ratio: median(paints) / 300 },
    { what: `${what}: sorted by a column, painted`, value: ms(median(sorts)), peer: "–", limit: "50 ms", ratio: median(sorts) / 50 },
    { what: `${what}: a frame while scrolling, median`, value: ms(frame), peer: "–", limit: "17 ms", ratio: frame / 17 },
  ];
}

async function searchRow(perform: Perform, runs: readonly string[]): Promise<Row> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    await perform({ kind: "cases", runs, query: { text: `question ${round}7` }, from: 0, count: 60 });
    times.push(performance.now() - started);
  }
  return { what: "100,000 cases × 5 runs: first page of a text search", value: ms(median(times)), peer: "–", limit: "100 ms", ratio: median(times) / 100 };
}

async function curveRow(perform: Perform, what: string, runs: readonly string[]): Promise<Row> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    await perform({ kind: "chart", chart: { kind: "curves", metric: "loss" }, runs });
    times.push(performance.now() - started);
  }
  return { what, value: ms(median(times)), peer: "–", limit: "100 ms", ratio: median(times) / 100 };
}

async function open(browser: Browser, perform: Perform, state: PageState): Promise<{ page: Page; paint: number }> {
  const server = createServer(({ url = "/" }, response) => {
    const file = /^\/(comparison\.js|style\.css)$/.exec(url)?.[1];
    response.setHeader("content-type", file?.endsWith(".js") ? "text/javascript" : file ? "text/css" : "text/html");
    response.end(file ? readFileSync(join(root, "dist/webview", file)) : webviewPage({ title: "Runs", script: "/comparison.js", style: "/style.css", source: "'self'", nonce: "n", state }));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const context = await browser.newContext({ viewport: { width: 1400, height: 800 }, locale: "en-GB" });
  const page = await context.newPage();
  context.on("close", () => server.close());
  await page.exposeBinding("engine", (_source, action: ExperimentsAction) => perform(action));
  await page.addInitScript(EDITOR);
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { waitUntil: "commit" });
  const paint = await page.evaluate<number>(`new Promise((done) => {
    const look = () => document.querySelector(".gridRow code, .gridRow .answer") ? requestAnimationFrame(() => done(performance.now())) : requestAnimationFrame(look);
    look();
  })`);
  return { page, paint };
}

/** Milliseconds from a click on a column's head to the frame that shows other rows. */
function changed(page: Page, head: string): Promise<number> {
  return page.evaluate<number>(`new Promise((done) => {
    const text = () => document.querySelector(".gridRow")?.textContent;
    const before = text();
    const started = performance.now();
    const look = () => text() !== before ? requestAnimationFrame(() => done(performance.now() - started)) : requestAnimationFrame(look);
    document.querySelector(${JSON.stringify(head)}).click();
    look();
  })`);
}

function scrollFrame(page: Page): Promise<number> {
  return page.evaluate<number>(`new Promise((done) => {
    const grid = document.querySelector(".grid");
    const frames = [];
    let last = performance.now();
    const step = () => {
      const now = performance.now();
      frames.push(now - last);
      last = now;
      grid.scrollTop += 120;
      if (frames.length < 200) requestAnimationFrame(step);
      else done(frames.sort((a, b) => a - b)[100]);
    };
    requestAnimationFrame(step);
  })`);
}
