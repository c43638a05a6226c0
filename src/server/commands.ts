/**
 * Commands that the engine executes for any editor (`workspace/executeCommand`), and those that only
 * our own client knows because they open something. Arguments are URIs and ids, nothing else.
 */
export const EngineCommands = {
  run: "llmops.engine.run",
  runFailed: "llmops.engine.runFailed",
  runRepeated: "llmops.engine.runRepeated",
  cancel: "llmops.engine.cancel",
  accept: "llmops.engine.accept",
} as const;

export const ClientCommands = {
  compare: "llmops.compareWithBaseline",
  showBroken: "llmops.showBrokenCases",
  accept: "llmops.acceptAsBaseline",
  bisect: "llmops.bisect",
  undoCulprit: "llmops.undoCulprit",
  showChanges: "llmops.showChangedAnswers",
  caseDetails: "llmops.showCaseDetails",
  uniqueData: "llmops.writeUniqueData",
} as const;
