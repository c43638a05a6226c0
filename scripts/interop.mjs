// The tests against real partners, such as promptfoo itself, and the simulations at the sizes that the documentation
// promises: what CI runs after "npm test" (see test/harness/runInterop.ts).
import { ensureInstalled } from "./install.mjs";
import { underNode24 } from "./rerun.mjs";

ensureInstalled();
await underNode24();
const files = process.argv.slice(2);
const { runInterop } = await import("../test/harness/runInterop.ts");
process.exit(await runInterop(files.length > 0 ? files : ["test/interop/**/*.test.ts", "test/simulations/*.test.ts"]));
