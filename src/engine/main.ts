/**
 * One bundle, several fronts: the terminal, the language server, the process that runs suites, the one
 * that runs a suite's own code, the one that sees a detached job through, and those that drive rollouts. Each loads only what it needs.
 */
import { keepHeapModest } from "./memory.ts";

const [mode, ...rest] = process.argv.slice(2);
const wantsHelp = rest.includes("--help") || rest.includes("-h");

switch (wantsHelp ? undefined : mode) {
  case "lsp":
    await (await import("../server/main.ts")).startServer();
    break;
  case "worker":
    await (await import("../server/worker/main.ts")).startWorker();
    break;
  case "suite-code":
    await (await import("./suiteCode.ts")).startSuiteCode();
    break;
  case "detached-job":
    await (await import("./detachedJob.ts")).runJob(rest);
    break;
  case "launch":
    await (await import("./controller/launcher.ts")).startLauncher(rest[0] ?? "");
    break;
  case "rollout-controller":
    await (await import("./controller/controller.ts")).startController();
    break;
  case "rollout-gateway":
    await (await import("./controller/gateway.ts")).startGatewayProcess();
    break;
  default:
    keepHeapModest();
    process.exitCode = await (await import("../cli/main.ts")).main(mode === undefined ? [] : [mode, ...rest]);
}
