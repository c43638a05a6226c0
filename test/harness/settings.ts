type Settings = Readonly<Record<string, unknown>>;

/** A quiet editor for a person: no welcome page, no chat, no questions, nothing sent. */
export const quiet: Settings = {
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.enableExperiments": false,
  "workbench.welcomePage.experimentalOnboarding": false,
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "chat.disableAIFeatures": true,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "git.autofetch": false,
  // The sample is part of this repository: its changes show in the Source Control view.
  "git.openRepositoryInParentFolders": "always",
  "remote.autoForwardPorts": false,
};

/** What typing and looking need besides, to be the same each time. */
export const forTests: Settings = {
  ...quiet,
  "window.autoDetectColorScheme": true,
  "workbench.preferredDarkColorTheme": "Dark Modern",
  "workbench.preferredLightColorTheme": "Light Modern",
  "workbench.reduceMotion": "on",
  "workbench.editor.empty.hint": "hidden",
  "files.autoSave": "off",
  "files.simpleDialog.enable": true,
  "editor.acceptSuggestionOnEnter": "off",
  "editor.autoClosingBrackets": "never",
  "editor.autoClosingQuotes": "never",
  "editor.autoIndent": "none",
  "editor.cursorBlinking": "solid",
  "editor.minimap.enabled": false,
  "editor.quickSuggestions": { other: "off" },
  "terminal.integrated.shellIntegration.enabled": false,
};
