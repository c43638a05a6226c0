import { Requests } from "../../protocol/messages.ts";
import { createSuite } from "../sampleSuite.ts";
import { caseAtCursor } from "./runs.ts";
import { type Deps, type Handlers, hasSuites, withProgress } from "./deps.ts";

export function setupCommands(deps: Deps): Handlers {
  const { engine, people, documents } = deps;
  return {
    "llmops.showOutput": () => deps.output.show(true),
    "llmops.restartEngine": () => engine.restart(),
    "llmops.createSuite": () => createSuite(),
    "llmops.checkSetup": async () => {
      const text = await withProgress("Checking the set-up", () => engine.request<string>(Requests.doctor));
      await documents.show("Check Set-up", `${text}\n`, "plaintext");
    },
    "llmops.showCaseDetails": async (suite, caseId) => {
      if (!(await hasSuites(deps))) return;
      const found = typeof suite === "string" && typeof caseId === "string" ? { suite, caseId } : await caseAtCursor(deps);
      if (!found) return;
      const text = await withProgress("Asking the model", () => people.run(found.suite, () => engine.request<string>(Requests.caseDetails, found)));
      await documents.show(`Case ${/^# Case (\d+)/.exec(text)?.[1] ?? found.caseId}.md`, text, "markdown");
    },
  };
}
