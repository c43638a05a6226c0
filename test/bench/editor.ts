import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { launchBrowser } from "../harness/chromium.ts";
import { artifacts, root } from "../harness/paths.ts";
import { startServer } from "../harness/server.ts";
import { Workbench } from "../harness/workbench.ts";
import { copyWorkspace } from "../harness/workspace.ts";
import { median, ms, type Row } from "./measure.ts";

const SAVES = 9;
const IDLE_S = 30;
/** Milliseconds after which a save that changed nothing on the screen is an error. */
const TOGGLE_MS = 30_000;
/** Resolves with the milliseconds from the next Ctrl+S to the frame after a squiggle came (or went). */
const FROM_SAVE = `(present) => new Promise((done) => addEventListener("keydown", (event) => {
  if (!event.ctrlKey || event.key.toLowerCase() !== "s") return;
  const pressed = performance.now();
  const look = () => (document.querySelector(".monaco-editor .squiggly-error") !== null) === present
    ? requestAnimationFrame(() => done(performance.now() - pressed))
    : requestAnimationFrame(look);
  look();
}, { capture: true }))`;

interface Window {
  readonly saveMs: number;
  /** Wake-ups per minute of each of the engine's processes, on average, while nothing happens; 0 where that was not measured. */
  readonly idleWakes: number;
}

/** Ctrl+S → painted squiggle in a real VS Code beside a trivial extension's; activation; what an idle window costs. */
export async function editorRows(): Promise<Row[]> {
  const trivial = await measureWindow(join(root, "test/bench/trivial"), false);
  const ours = await measureWindow(root, true);
  const activation = activationMs();
  return [
    { what: "Ctrl+S → painted verdict, 120 cases, the changed prompt's answers cached", value: ms(ours.saveMs), peer: `trivial extension ${ms(trivial.saveMs)}`, limit: "1.5×", ratio: ours.saveMs / trivial.saveMs / 1.5 },
    { what: "load + activation in the extension host", value: ms(activation), peer: "–", limit: "30 ms", ratio: activation / 30 },
    { what: "wake-ups of an idle engine process a minute", value: ours.idleWakes.toFixed(1), peer: "–", limit: "1", ratio: ours.idleWakes },
  ];
}

async function measureWindow(extension: string, idle: boolean): Promise<Window> {
  const workspace = copyWorkspace(join(root, "samples/support"));
  const browser = await launchBrowser();
  const server = await startServer({ extensions: [extension] });
  try {
    const workbench = await Workbench.open(server, browser, { folder: workspace.folder });
    const { page } = workbench;
    await workbench.openFile("prompts/triage.txt");
    const lines = readFileSync(join(workspace.folder, "prompts/triage.txt"), "utf8").split("\n");
    const first = lines.findIndex((line) => line.includes("-> refund")) + 1;
    await workbench.goToLine(first);
    for (let i = 0; i < 5; i++) await page.keyboard.press("Shift+ArrowDown");
    await page.keyboard.press("Delete");
    // Once uncounted: the extension starts, and both versions are asked for the first time.
    await workbench.save();
    await workbench.squiggles("error").first().waitFor({ timeout: 60_000 });

    const times: number[] = [];
    for (let save = 0; save < SAVES; save++) {
      await toggle(workbench, "Control+Z", false);
      times.push(await toggle(workbench, "Control+Y", true));
    }
    return { saveMs: median(times), idleWakes: idle ? await wakesPerMinute() : 0 };
  } finally {
    await browser.close();
    await server.stop();
    workspace.remove();
  }
}

async function toggle({ page }: Workbench, key: string, present: boolean): Promise<number> {
  await page.keyboard.press(key);
  await page.locator(".tab.active.dirty").waitFor();
  // Armed before the key is pressed: an evaluation that is still on its way would miss it.
  await page.evaluate(`void (window.fromSave = (${FROM_SAVE})(${present}))`);
  await page.keyboard.press("Control+S");
  const measured = page.evaluate<number>("window.fromSave");
  const time = await Promise.race([measured, page.waitForTimeout(TOGGLE_MS).then(() => undefined)]);
  if (time === undefined) {
    await page.screenshot({ path: join(artifacts, "bench-stuck.png") });
    throw new Error(`${TOGGLE_MS / 1000} s after a save the squiggle is not ${present ? "there" : "gone"}: see bench-stuck.png in ${artifacts}.`);
  }
  await sleep(300);
  return time;
}

/** The performance marks that VS Code itself sets around loading and activating us, as a test in its host finds them. */
function activationMs(): number {
  const folder = mkdtempSync(join(tmpdir(), "llmops-bench-"));
  try {
    const file = join(folder, "activation.json");
    execFileSync(process.execPath, [join(root, "test/harness/runHost.ts"), "basic"], { cwd: root, env: { ...process.env, TEST_ACTIVATION: file }, stdio: ["ignore", "ignore", "inherit"] });
    const { loadMs, activateMs } = JSON.parse(readFileSync(file, "utf8")) as { loadMs: number; activateMs: number };
    return loadMs + activateMs;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Voluntary context switches of the engine's main threads, from Linux's own accounting. */
async function wakesPerMinute(): Promise<number> {
  const engines = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && /dist\/engine\.js\0(lsp|worker)/.test(commandLine(pid)));
  if (engines.length === 0) throw new Error("No engine is running.");
  await sleep(3000);
  const before = engines.map(switches);
  await sleep(IDLE_S * 1000);
  return (engines.map(switches).reduce((sum, count, i) => sum + count - (before[i] as number), 0) * 60) / IDLE_S / engines.length;
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

function switches(pid: string): number {
  return Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
}
