// The bundle's entry. It imports nothing, so that `--version` costs no more than Node itself.
import module from "node:module";

declare const LLMOPS_VERSION: string;

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const argument = process.argv[2];

if (argument === "--version" || argument === "-V") {
  process.stdout.write(`${LLMOPS_VERSION}\n`);
} else if (major < 22 || (major === 22 && minor < 13)) {
  process.stderr.write(`llmops needs Node 22.13 or newer for its built-in SQLite; this is ${process.versions.node} (${process.execPath}).\n`);
  process.exitCode = 2;
} else {
  module.enableCompileCache?.();
  void import("./engine/main.mjs" as string);
}
