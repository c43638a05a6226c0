import type { Store } from "../store.ts";

/** A version that was brought into an environment, or was to be. */
export interface Deployment {
  readonly id: number;
  /** That of the attempt that deployed it. */
  readonly key: string;
  readonly environment: string;
  /** `undefined`: without git. */
  readonly commit: string | undefined;
  /** What the stages that it had to pass have judged. */
  readonly version: string | undefined;
  readonly model: string | undefined;
  readonly run: string;
  readonly state: "deploying" | "deployed" | "failed";
  readonly by: string | undefined;
  readonly at: number;
}

const COLUMNS = "id, key, environment, commit_id AS 'commit', version, model, run, state, deployed_by AS 'by', at";

/** Stores that a version is about to be deployed. Inside a transaction. */
export function addDeployment(store: Store, deployment: Omit<Deployment, "id" | "state">): void {
  const { key, environment, commit, version, model, run, by, at } = deployment;
  store.run(
    "INSERT INTO deployment (key, environment, commit_id, version, model, run, state, deployed_by, at) VALUES (?, ?, ?, ?, ?, ?, 'deploying', ?, ?)",
    key,
    environment,
    commit ?? null,
    version ?? null,
    model ?? null,
    run,
    by ?? null,
    at,
  );
  store.emit("pipeline-changed", run, at);
}

/** How the deployment of an attempt came out. Inside a transaction; nothing where the attempt deployed nothing. */
export function endDeployment(store: Store, key: string, state: "deployed" | "failed", at: number): void {
  const { changes } = store.run("UPDATE deployment SET state = ?, at = ? WHERE key = ? AND state = 'deploying'", state, at, key);
  if (changes > 0) store.emit("pipeline-changed", store.get<{ run: string }>("SELECT run FROM deployment WHERE key = ?", key)!.run, at);
}

/** What is in an environment, newest first: the first is there now, the second was there before. */
export function deployedIn(store: Store, environment: string, limit: number): Deployment[] {
  return store.all<Deployment>(`SELECT ${COLUMNS} FROM deployment WHERE environment = ? AND state = 'deployed' ORDER BY at DESC, id DESC LIMIT ?`, environment, limit).map(withoutNulls);
}

/** Every deployment that brought a model of a training, newest first. */
export function deploymentsOfModel(store: Store): Deployment[] {
  return store.all<Deployment>(`SELECT ${COLUMNS} FROM deployment WHERE model IN (SELECT model FROM model_version) ORDER BY at DESC, id DESC`).map(withoutNulls);
}

/** What an attempt has deployed, or was to. */
export function deploymentOf(store: Store, key: string): Deployment | undefined {
  return store.all<Deployment>(`SELECT ${COLUMNS} FROM deployment WHERE key = ?`, key).map(withoutNulls)[0];
}

/** Whether a commit is, or has been, in an environment. */
export function wasDeployed(store: Store, environment: string, commit: string | undefined): boolean {
  return store.get("SELECT 1 FROM deployment WHERE environment = ? AND state = 'deployed' AND commit_id IS ?", environment, commit ?? null) !== undefined;
}

function withoutNulls(row: Deployment): Deployment {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? undefined])) as unknown as Deployment;
}
