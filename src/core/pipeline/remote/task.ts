import * as z from "zod";

/** Names of what comes along with a job that carries files. */
export const PACK = "repository.pack";
export const ENGINE = "llmops/engine.js";
/** The variable that tells `llmops job` what to do, as JSON. */
export const TASK = "LLMOPS_JOB";

const suite = z.object({
  /** Relative to the workspace's root, with `/`. */
  file: z.string(),
  /** The commit to compare with; without one, what the suite's own files say. */
  baseline: z.string().optional(),
  /** How many shards share its cases. */
  shards: z.number().int().min(1),
});

/** What one step does on another machine: a command, or a share of each of some suites. */
export const remoteTask = z.object({
  version: z.literal(1),
  commit: z.string().regex(/^[0-9a-f]{40,64}$/),
  /** Commits that the pack has, without their history. */
  commits: z.array(z.string().regex(/^[0-9a-f]{40,64}$/)),
  /** Of the workspace in the repository, with `/`; empty: it is the repository's root. */
  folder: z.string(),
  /** Where the repository is to be cloned from, where no pack comes along and it is not checked out already. */
  repository: z.string().optional(),
  suites: z.array(suite).optional(),
  endpoint: z.string().optional(),
  command: z.string().optional(),
  cwd: z.string().optional(),
  /** Variables of the command that hold no key. */
  env: z.record(z.string(), z.string()).optional(),
  /** Names of those that do: the job itself has them. */
  keys: z.array(z.string()).optional(),
});

export type RemoteTask = z.infer<typeof remoteTask>;
export type RemoteSuite = z.infer<typeof suite>;
