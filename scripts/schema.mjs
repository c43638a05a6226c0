// Writes media/llmops.schema.json from the schema in src/core/config. A test fails when it is out of date.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { node24 } from "./node24.mjs";

const self = fileURLToPath(import.meta.url);
const node = node24();
if (node === process.execPath) {
  const { renderJsonSchema } = await import("../src/core/config/jsonSchema.ts");
  writeFileSync(new URL("../media/llmops.schema.json", import.meta.url), renderJsonSchema());
} else {
  process.exitCode = spawnSync(node, [self], { stdio: "inherit" }).status ?? 1;
}
