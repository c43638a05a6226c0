import net from "node:net";
import { TargetError } from "./target.ts";

const TIMEOUT_MS = 5000;
const MAX_CHARS = 8_000_000;

/**
 * One command to HAProxy's runtime socket, and its reply (https://docs.haproxy.org/2.6/management.html#9.3): a connection each.
 * @param address a path, or HOST:PORT
 * @throws {TargetError}
 */
export function haproxyCommand(address: string, command: string): Promise<string> {
  const [, host, port] = /^([^/\\]+):(\d+)$/.exec(address) ?? [];
  return new Promise((resolve, reject) => {
    const socket = host === undefined ? net.connect(address) : net.connect(Number(port), host);
    const fail = (why: string) => {
      socket.destroy();
      reject(new TargetError(`HAProxy's runtime socket ${address}: ${why}`));
    };
    let reply = "";
    socket.setEncoding("utf8").setTimeout(TIMEOUT_MS, () => fail(`no reply within ${TIMEOUT_MS / 1000} s.`));
    socket.once("connect", () => socket.write(`${command}\n`));
    socket.on("data", (part: string) => (reply.length < MAX_CHARS ? (reply += part) : fail("the reply has no end.")));
    socket.once("error", (error: NodeJS.ErrnoException) => fail(error.code === "EACCES" ? "this user may not open it." : `it cannot be reached (${error.code ?? error.message}).`));
    socket.once("end", () => resolve(reply.trim()));
  });
}

/** A reply in CSV with a header (`show stat`), as one record a line. No field of it is quoted but the last description. */
export function csvRecords(reply: string): Record<string, string>[] {
  const [header = "", ...lines] = reply.split("\n");
  const names = header.replace(/^# /, "").split(",");
  return lines.filter((line) => line !== "").map((line) => Object.fromEntries(line.split(",").map((value, index) => [names[index] ?? "", value])));
}
