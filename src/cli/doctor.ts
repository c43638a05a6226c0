import { checkSetUp, formatChecks } from "../core/regression/doctor.ts";
import { EXIT } from "./exit.ts";
import type { Front } from "./front.ts";

export async function doctorCommand(front: Front, options: { json?: boolean }): Promise<number> {
  const checks = await checkSetUp(await front.workspace(), { node: process.versions.node, path: process.execPath });
  front.print(options.json ? JSON.stringify({ checks }) : formatChecks(checks));
  return checks.some((check) => check.state === "error") ? EXIT.usage : EXIT.ok;
}
