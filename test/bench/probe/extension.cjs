// Writes the longest delay of the extension host's event loop, in milliseconds, between "Probe: Begin" and "Probe: End" to probe.json.
const { monitorEventLoopDelay } = require("node:perf_hooks");
const { writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { commands, workspace } = require("vscode");

const delay = monitorEventLoopDelay({ resolution: 1 });

exports.activate = ({ subscriptions }) => {
  subscriptions.push(
    commands.registerCommand("probe.begin", () => {
      delay.enable();
      delay.reset();
    }),
    commands.registerCommand("probe.end", () => {
      delay.disable();
      writeFileSync(join(workspace.workspaceFolders[0].uri.fsPath, "probe.json"), JSON.stringify({ maxMs: delay.max / 1e6, p99Ms: delay.percentile(99) / 1e6 }));
    }),
  );
};
