import { join } from "node:path";
import { root } from "../harness/paths.ts";
import { useWindow } from "../harness/uiSuite.ts";

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
