import { join } from "node:path";
import { root } from "../harness/paths.ts";
import { useWindow } from "../harness/uiSuite.ts";
import { isAccessible } from "./accessible.ts";

describe("a prompt as it is typed", () => {
  const window = useWindow(join(root, "samples/support"));

  it("has its misspelt variable underlined, and put right by a quick fix", async () => {
    const { workbench } = window;
    const { page } = workbench;
    await workbench.openFile("prompts/triage.txt");
    await workbench.goToLine(2);
    await page.keyboard.press("Home");
    await page.keyboard.type("About {{ mesage }}:", { delay: 5 });
    await page.keyboard.press("Enter");
    await workbench.squiggles("warning").first().waitFor();
    const hover = await workbench.hover("mesage");
    await hover.filter({ hasText: "Did you mean" }).first().waitFor();
    await workbench.screenshotThemes("authoring-undefined");
    await page.keyboard.press("Escape");
    await workbench.goToLine(2);
    for (let i = 0; i < 10; i++) await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Control+.");
    await page.locator(".action-widget", { hasText: 'Change to "message"' }).waitFor();
    await page.keyboard.press("Enter");
    await workbench.editor().locator(".view-line", { hasText: "About {{ message }}" }).waitFor();
    await workbench.squiggles("warning").first().waitFor({ state: "detached" });
  });

  it("is completed from the suite's data, and explained", async () => {
    const { workbench } = window;
    const { page } = workbench;
    await workbench.goToLine(3);
    await page.keyboard.press("Home");
    await page.keyboard.type("{{", { delay: 20 });
    const widget = page.locator(".suggest-widget.visible");
    await widget.locator(".monaco-list-row", { hasText: "category" }).waitFor();
    await workbench.screenshotThemes("authoring-completion");
    await widget.locator(".monaco-list-row", { hasText: "category" }).click();
    await workbench.editor().locator(".view-line", { hasText: "{{ category }}" }).waitFor();
    for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Control+K");
    await page.keyboard.press("Control+I");
    await page.locator(".monaco-hover:not(.hidden) .monaco-hover-content", { hasText: "tests.csv" }).first().waitFor();
    await workbench.screenshotThemes("authoring-hover");
  });
});

describe("a prompt's preview", () => {
  const window = useWindow(join(root, "samples/support"));

  it("fills the prompt in for a case, and follows what is typed", async () => {
    const { workbench } = window;
    const { page } = workbench;
    await workbench.openFile("prompts/triage.txt");
    await workbench.codeLenses().first().waitFor();
    await workbench.command("LLMOps: Preview Prompt");
    const preview = workbench.webview();
    await preview.locator("pre", { hasText: "there's a 4.99 fee on my bill" }).waitFor();
    await workbench.goToLine(1);
    await page.keyboard.type("Dear {{ category | upper }}: ");
    await preview.locator("ins", { hasText: "Dear BILLING: You sort" }).waitFor();
    await preview.locator("del", { hasText: "You sort" }).waitFor();
    await workbench.screenshotThemes("authoring-preview");
  });

  it("runs the case with what is typed, beside another endpoint", async () => {
    const { workbench } = window;
    const preview = workbench.webview();
    await preview.getByLabel("Beside").selectOption("dev");
    await preview.getByRole("button", { name: "Run This Case" }).click();
    await preview.locator(".reply .good, .reply .bad").nth(1).waitFor();
    await preview.locator(".reply pre", { hasText: "category" }).nth(1).waitFor();
    await workbench.screenshotThemes("authoring-preview-answers");
    await isAccessible(workbench.page);
  });
});

describe("a prompt that broke cases", () => {
  const window = useWindow(join(root, "samples/support"));

  before(async function () {
    this.timeout(60_000);
    const { workbench } = window;
    const { page } = workbench;
    await workbench.openFile("prompts/triage.txt");
    await workbench.goToLine(1);
    await page.keyboard.type("Please: ");
    await workbench.goToLine(16);
    for (let line = 0; line < 5; line++) await page.keyboard.press("Shift+ArrowDown");
    await page.keyboard.press("Delete");
    await workbench.save();
    await workbench.squiggles("error").first().waitFor();
  });

  it("has its cases in the Test Explorer, with what the verdict made of each", async () => {
    const { workbench } = window;
    const { page } = workbench;
    await workbench.command("View: Show Testing");
    const rows = page.locator(".test-explorer .monaco-list-row");
    await rows.filter({ hasText: "evals/support" }).first().waitFor();
    await rows.filter({ hasText: "evals/support" }).first().click();
    await page.keyboard.press("ArrowRight");
    await rows.filter({ hasText: "#1 " }).first().waitFor();
    await page.locator(".test-explorer .codicon-testing-failed-icon, .test-explorer .computed-state.codicon-testing-failed-icon").first().waitFor();
    await workbench.screenshotThemes("authoring-tests");
  });

  it("shows the answers before and after, case by case", async () => {
    const { workbench } = window;
    await workbench.openFile("prompts/triage.txt");
    await workbench.command("LLMOps: Show Answers Before and After");
    await workbench.page.locator(".multiDiffEditor, .multi-diff-editor, .monaco-component.multiDiffEditor").first().waitFor();
    await workbench.page.locator(".monaco-editor .view-line", { hasText: "category" }).first().waitFor();
    await workbench.screenshotThemes("authoring-answers");
  });

  it("names the change that did it, and undoes it when asked", async function () {
    this.timeout(90_000);
    const { workbench } = window;
    await workbench.openFile("prompts/triage.txt");
    await workbench.command("LLMOps: Find the Change That Did It");
    const toast = workbench.toast("did it: without this change");
    await toast.waitFor();
    await workbench.squiggles("info").first().waitFor();
    await workbench.screenshotThemes("authoring-bisect");
    await toast.locator(".monaco-button", { hasText: "Undo This Change" }).click();
    await workbench.page.locator(".monaco-diff-editor").first().waitFor();
    await workbench.screenshot("authoring-undo");
  });
});
