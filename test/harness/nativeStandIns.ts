/** Log files for VS Code's server: what it uses of the native `spdlog`, written synchronously. */
const spdlog = `
const { appendFileSync, mkdirSync } = require("node:fs");
const { dirname } = require("node:path");
const levels = ["trace", "debug", "info", "warn", "error", "critical"];

class Logger {
  constructor(_type, _name, file) {
    mkdirSync(dirname(file), { recursive: true });
    this.file = file;
    this.level = levels.indexOf("info");
    this.prefix = (level) => new Date().toISOString() + " [" + level + "] ";
    this.end = "\\n";
  }
  getLevel() { return this.level; }
  setLevel(level) { this.level = level; }
  setPattern() {}
  clearFormatters() { this.prefix = () => ""; this.end = ""; }
  flush() {}
  drop() {}
}
for (const [rank, level] of levels.entries()) {
  Logger.prototype[level] = function (message) {
    if (rank < this.level) return;
    try { appendFileSync(this.file, this.prefix(level) + message + this.end); } catch { /* the folder is already removed */ }
  };
}
exports.version = 0;
exports.Logger = Logger;
exports.setLevel = exports.setFlushOn = () => {};
exports.createRotatingLogger = exports.createAsyncRotatingLogger = async (name, file) => new Logger("", name, file);
`;

/** Replacements in JavaScript for the native modules that VS Code's server cannot start without and npm has no binary of. */
export const nativeStandIns: Readonly<Record<string, string>> = {
  "@vscode/spdlog": spdlog,
  "@vscode/native-watchdog": `exports.start = () => {}; exports.exit = (code) => process.exit(code);`,
  "@vscode/deviceid": `exports.getDeviceId = async () => "development";`,
};
