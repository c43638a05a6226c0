// Opens a store, tries to write, and prints what came of it as JSON: "opener.ts FOLDER".
import { openStore } from "../../../src/core/store/open.ts";

const [folder = ""] = process.argv.slice(2);
const store = await openStore(folder, Date.now);
let written: string | undefined;
try {
  store.write(() => store.emit("run-started", "opener", 1));
} catch (error) {
  written = (error as Error).message;
}
console.log(JSON.stringify({ notice: store.notice, directory: store.directory, error: written, events: store.lastEvent() }));
store.close();
