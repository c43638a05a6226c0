// Drives the rollouts of a folder in a process of its own: "driver.ts FOLDER [before|after N]". With the latter it kills
// itself, as SIGKILL from outside would, right before or after the store has kept its N-th transaction.
import { Bench } from "./support.ts";

const [folder = "", when, at = "0"] = process.argv.slice(2);
const bench = await Bench.in(folder);
const { store } = bench.workspace;
const write = store.write.bind(store);
let count = 0;
store.write = (work) => {
  count++;
  if (when === "before" && count === Number(at)) process.kill(process.pid, "SIGKILL");
  const result = write(work);
  if (when === "after" && count === Number(at)) process.kill(process.pid, "SIGKILL");
  return result;
};
await bench.run();
bench.close();
