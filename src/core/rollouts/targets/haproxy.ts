import { badRole, type Counter, type MetricSource, unitsRole } from "../metrics/source.ts";
import { csvRecords, haproxyCommand } from "./haproxySocket.ts";
import { type Target, TargetError } from "./target.ts";

export interface HaproxyOptions {
  /** A path, or HOST:PORT. */
  readonly socket: string;
  readonly backend: string;
  readonly stable: string;
  readonly canary: string;
  /** The backend keeps sessions by cookie. */
  readonly cookies: boolean;
  /** What the time is: HAProxy counts in its own process, so that every reading is new. */
  readonly now: () => number;
}

type Server = Record<string, string>;

/** Weights are whole numbers up to this. */
const MOST = 256;

/**
 * Two servers of a backend. Weights are absolute, since relative ones of a server that the file gives 0 stay 0. Averages are all that HAProxy
 * knows of latencies.
 */
export function haproxyTarget({ socket, backend, stable, canary, cookies, now }: HaproxyOptions): { readonly target: Target; readonly metrics: MetricSource } {
  const servers = async (): Promise<{ stable: Server; canary: Server }> => {
    const records = csvRecords(await haproxyCommand(socket, "show stat"));
    const find = (name: string) => {
      const found = records.find((record) => record["pxname"] === backend && record["svname"] === name);
      const known = records.filter((record) => record["pxname"] === backend && !["FRONTEND", "BACKEND"].includes(record["svname"] ?? "")).map((record) => record["svname"]);
      if (!found) throw new TargetError(known.length === 0 ? `HAProxy has no backend ${backend}.` : `HAProxy's backend ${backend} has no server ${name}. It has ${known.join(", ")}.`);
      return found;
    };
    return { stable: find(stable), canary: find(canary) };
  };
  /** Success is an empty reply. */
  const command = async (text: string): Promise<void> => {
    const reply = await haproxyCommand(socket, text);
    if (reply !== "") throw new TargetError(`HAProxy refuses “${text}”: ${reply}`);
  };
  const set = async (percent: number): Promise<void> => {
    const weights = weightsFor(percent);
    const stableFirst = Number((await servers()).stable["weight"]) === 0;
    // At no moment do both have 0, which HAProxy answers with 503.
    const canaryWeight = () => command(`set server ${backend}/${canary} weight ${weights.canary}`);
    if (!stableFirst && percent < 100) await canaryWeight();
    if (percent === 100) await canaryWeight();
    await command(`set server ${backend}/${stable} weight ${weights.stable}`);
    if (stableFirst && percent < 100) await canaryWeight();
  };
  const target: Target = {
    key: `haproxy ${socket} ${backend} ${canary}`,
    label: `haproxy ${backend}/${canary}`,
    byHand: `echo "set server ${backend}/${stable} weight 100; set server ${backend}/${canary} weight 0${cookies ? `; set server ${backend}/${canary} state maint` : ""}" | socat stdio ${socket}`,
    rounded: (percent) => shareOf(weightsFor(percent)),
    async read() {
      const found = await servers();
      const weight = (server: Server) => (server["status"]?.startsWith("MAINT") ? 0 : Number(server["weight"]));
      const weights = { stable: weight(found.stable), canary: weight(found.canary) };
      if (!Number.isFinite(weights.stable + weights.canary)) throw new TargetError(`HAProxy says no weights of ${backend}.`);
      return { canary: shareOf(weights) };
    },
    async write(percent) {
      if (cookies && percent > 0) await command(`set server ${backend}/${canary} state ready`);
      await set(percent);
    },
    async rollBack() {
      await set(0);
      // A cookie still sends its owner to a server of weight 0.
      if (cookies) await command(`set server ${backend}/${canary} state maint`);
    },
  };
  const metrics: MetricSource = {
    async read() {
      const [found, info] = [await servers(), await haproxyCommand(socket, "show info")];
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(info)?.[1] ?? "";
      const epoch = `${field("Pid")} ${field("Start_time_sec")}`;
      const arm = (server: Server) => ({ epoch, counters: countersOf(server) });
      return { at: now(), stable: arm(found.stable), canary: arm(found.canary) };
    },
  };
  return { target, metrics };
}

/** With `option redispatch` a dead server shows no 5xx: its requests go to another one, and are counted as redispatches. */
function countersOf(server: Server): Counter[] {
  const number = (name: string) => Number(server[name] || 0);
  const counter = (role: string, value: number): Counter => ({ role, instance: "", series: "", value });
  return [counter(unitsRole("error-rate"), number("stot")), counter(badRole("error-rate"), number("hrsp_5xx") + number("econ") + number("eresp") + number("wredis"))];
}

/** The whole weights whose share is nearest: of percents, percents. */
function weightsFor(percent: number): { stable: number; canary: number } {
  if (Number.isInteger(percent)) return { stable: 100 - percent, canary: percent };
  const swap = percent > 50;
  const share = (swap ? 100 - percent : percent) / 100;
  let best = { small: 0, large: 100 };
  const error = ({ small, large }: typeof best) => Math.abs(small / (small + large) - share);
  for (let large = 1; large <= MOST; large++) {
    const candidate = { small: Math.round((share * large) / (1 - share)), large };
    if (error(candidate) < error(best)) best = candidate;
  }
  return swap ? { stable: best.small, canary: best.large } : { stable: best.large, canary: best.small };
}

function shareOf({ stable, canary }: { stable: number; canary: number }): number {
  return stable + canary === 0 ? 0 : (100 * canary) / (stable + canary);
}
