// The tests against real partners, such as promptfoo itself: what CI runs after "npm test" (see test/harness/runInterop.ts).
import { ensureInstalled } from "./install.mjs";
import { underNode24 } from "./rerun.mjs";

ensureInstalled();
await underNode24();
const { runInterop } = await import("../test/harness/runInterop.ts");
process.exit(await runInterop(process.argv[2] ?? "test/interop/**/*.test.ts"));
