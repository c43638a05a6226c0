// "npm test": every suite, or those named as arguments (see test/harness/runAll.ts). Needs nothing but Node and npm.
import { ensureInstalled } from "./install.mjs";
import { underNode24 } from "./rerun.mjs";

ensureInstalled();
await underNode24();
const { runAll } = await import("../test/harness/runAll.ts");
process.exit(await runAll(process.argv.slice(2)));
