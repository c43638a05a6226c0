import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, FrameLocator, Locator, Page } from "playwright-core";
import { artifacts } from "./paths.ts";
import type { Server } from "./server.ts";

export interface WorkbenchOptions {
  readonly folder: string;
  /** A file in the folder that the window opens with. */
  readonly file?: string;
  /** CSS pixels. */
  readonly size?: { readonly width: number; readonly height: number };
}

export type Severity = "error" | "warning" | "info" | "hint";

/** A window of VS Code, by what a person sees in it. Every wait ends after 20 s with an error. */
export class Workbench {
  readonly page: Page;
  readonly #server: Server;

  private constructor(page: Page, server: Server) {
    this.page = page;
    this.#server = server;
  }

  /** Opens a window on a folder and waits until its files are listed. */
  static async open(server: Server, browser: Browser, { folder, file, size = { width: 1400, height: 900 } }: WorkbenchOptions): Promise<Workbench> {
    const context = await browser.newContext({ viewport: size, colorScheme: "dark" });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(server.url(folder, file === undefined ? [] : [["openFile", server.remoteUri(join(folder, file))]]));
    await page.locator(".explorer-folders-view .monaco-list-row").first().waitFor({ timeout: 60_000 });
    return new Workbench(page, server);
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  // Commands and files

  /** Runs a command by its title in the palette, with its category: "View: Focus Problems". */
  async command(title: string): Promise<void> {
    await this.#pick("F1", `>${title}`, title);
  }

  /** Opens a file by its name or the end of its path. */
  async openFile(path: string): Promise<void> {
    const name = path.slice(path.lastIndexOf("/") + 1);
    await this.#pick("Control+P", path, name);
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await this.editor().waitFor();
  }

  /** Chooses an entry of the quick pick that is open. */
  async choose(label: string): Promise<void> {
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: label }).first().click();
  }

  async #pick(key: string, query: string, expected: string): Promise<void> {
    await this.page.keyboard.press(key);
    const widget = this.page.locator(".quick-input-widget");
    await widget.locator(".quick-input-box input").fill(query);
    await widget.locator(".monaco-list-row", { hasText: expected }).first().click();
    await widget.locator(".quick-input-box input").waitFor({ state: "hidden" });
  }

  // The active editor

  editor(): Locator {
    return this.page.locator('.editor-group-container.active .monaco-editor[role="code"]').first();
  }

  /** Replaces a line, counted from 1, by typing. The text may have several lines. */
  async replaceLine(line: number, text: string): Promise<void> {
    await this.goToLine(line);
    await this.page.keyboard.press("Home");
    await this.page.keyboard.press("Shift+End");
    await this.page.keyboard.type(text);
  }

  /** Types in front of a line, counted from 1. */
  async typeAt(line: number, text: string): Promise<void> {
    await this.goToLine(line);
    await this.page.keyboard.type(text);
  }

  /** Puts the cursor at the start of a line, counted from 1, and the line in view. */
  async goToLine(line: number): Promise<void> {
    await this.page.keyboard.press("Control+G");
    const input = this.page.locator(".quick-input-widget .quick-input-box input");
    await input.fill(`:${line}`);
    await input.press("Enter");
    await input.waitFor({ state: "hidden" });
    await this.page.locator(".editor-group-container.active .monaco-editor.focused").waitFor();
  }

  async save(): Promise<void> {
    await this.page.keyboard.press("Control+S");
    await this.page.locator(".tab.active:not(.dirty)").waitFor();
  }

  /** What is underlined in the active editor. Only lines in view are there. */
  squiggles(severity: Severity): Locator {
    return this.editor().locator(`.squiggly-${severity}`);
  }

  /** The code lenses in view, one locator a line of lenses. */
  codeLenses(): Locator {
    return this.editor().locator(".codelens-decoration");
  }

  /** Points at the first place in view that shows `text`; returns the hover, whose parts may arrive one after the other. */
  async hover(text: string): Promise<Locator> {
    const line = this.editor().locator(".view-line", { hasText: text }).first();
    const { x, y } = await middleOf(text, line);
    await this.page.mouse.move(x, y);
    const hover = this.page.locator(".monaco-hover:not(.hidden) .monaco-hover-content");
    await hover.first().waitFor();
    return hover;
  }

  // Around the editor

  /** Status bar items whose text or accessible name contains `text`. */
  statusBar(text: string | RegExp): Locator {
    return this.page.locator(".statusbar-item", { hasText: text });
  }

  /** Opens the Problems panel; returns its rows. */
  async problems(): Promise<Locator> {
    await this.command("Problems: Focus on Problems View");
    return this.page.locator(".markers-panel .monaco-list-row");
  }

  /** Opens a view container by its title in the activity bar. */
  async openContainer(title: string): Promise<void> {
    const item = this.page.locator(".activitybar .action-item", { has: this.page.locator(`a[aria-label^="${title}"]`) });
    if (!(await item.getAttribute("class"))?.includes("checked")) await item.click();
    await this.page.locator(".sidebar .title-label", { hasText: title }).waitFor();
  }

  /** The rows of a view, by the view's title. */
  viewRows(title: string): Locator {
    return this.page.locator(".pane", { has: this.page.locator(".pane-header", { hasText: title }) }).locator(".monaco-list-row");
  }

  /** A toast in the corner. */
  toast(text: string | RegExp): Locator {
    return this.page.locator(".notifications-toasts .notification-toast", { hasText: text });
  }

  /** The document inside the webview that is shown. */
  webview(): FrameLocator {
    return this.page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");
  }

  // Pictures

  async useTheme(theme: "dark" | "light"): Promise<void> {
    await this.page.emulateMedia({ colorScheme: theme });
    await this.page.locator(`.monaco-workbench.${theme === "dark" ? "vs-dark" : "vs"}`).waitFor();
  }

  /** Writes test-artifacts/NAME.png. */
  async screenshot(name: string): Promise<void> {
    mkdirSync(artifacts, { recursive: true });
    await this.page.screenshot({ path: join(artifacts, `${name}.png`) });
  }

  /** Writes NAME-dark.png and NAME-light.png; the dark theme stays. */
  async screenshotThemes(name: string): Promise<void> {
    for (const theme of ["light", "dark"] as const) {
      await this.useTheme(theme);
      await this.screenshot(`${name}-${theme}`);
    }
  }

  /** Writes a screenshot and the logs of the extension host, both under this name. */
  async keepEvidence(name: string): Promise<void> {
    const file = name.replaceAll(/[^\w.-]+/g, "-");
    await this.screenshot(file);
    writeFileSync(join(artifacts, `${file}.log`), this.#server.logs());
  }
}

/** Where the middle of `text` is on the screen, in CSS pixels. It must be in one piece, in one colour. */
function middleOf(text: string, line: Locator): Promise<{ x: number; y: number }> {
  return line.evaluate((element, wanted) => {
    const nodes = element.ownerDocument.createTreeWalker(element, 4); // 4: text nodes
    const range = element.ownerDocument.createRange();
    for (let node = nodes.nextNode(); node !== null; node = nodes.nextNode()) {
      const start = (node.textContent ?? "").replaceAll("\u00a0", " ").indexOf(wanted); // the editor's spaces
      if (start < 0) continue;
      range.setStart(node, start);
      range.setEnd(node, start + wanted.length);
      const box = range.getBoundingClientRect();
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    }
    throw new Error(`"${wanted}" is not in one piece on its line.`);
  }, text);
}
