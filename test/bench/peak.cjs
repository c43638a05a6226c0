// Loaded into a measured process: at its end, writes its largest resident set in KiB.
const { writeFileSync } = require("node:fs");

process.on("exit", () => writeFileSync(process.env.BENCH_PEAK, String(process.resourceUsage().maxRSS)));
