// Writes rows into a store as fast as it can, and prints each one's number once it is stored: "writer.ts FOLDER NAME COUNT".
import { writeSync } from "node:fs";
import { openStore } from "../../../src/core/store/open.ts";

const [folder = "", name = "", count = "0"] = process.argv.slice(2);
const store = await openStore(folder, Date.now);
if (store.notice) throw new Error(store.notice);
for (let i = 0; i < Number(count); i++) {
  store.write(() => {
    store.putBody(`${name} ${i}`);
    store.emit("run-started", `${name} ${i}`, Date.now());
  });
  writeSync(1, `${i}\n`);
}
store.close();
