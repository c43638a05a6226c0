import type { Workspace } from "../../regression/workspace.ts";
import type { TrackedRun } from "../../store/experiments/runs.ts";
import { findRun } from "../../store/runs.ts";
import { type Asked, trackedRuns } from "../tracked.ts";
import { caseDetails, type CaseOfRun } from "./details.ts";
import { type CasePage, OpenTable } from "./openTable.ts";
import type { CaseQuery } from "./order.ts";
import { shortKey } from "../words.ts";
import { suiteCases } from "./suiteCases.ts";

/** Comparisons that are looked at now; the one that was not asked for longest is read again when it is. */
const MOST_OPEN = 3;
/** A first page waits so long for the suite's titles, in milliseconds: a suite of 100,000 cases takes longer. */
const TITLES_MS = 150;

/** Runs whose cases are compared. */
export interface ComparedCases extends Asked {
  readonly series?: string;
}

export interface CaseDetailsView {
  readonly id: string;
  readonly number: number | undefined;
  readonly title: string;
  /** As JSON; `undefined`: today's suite does not have the case. */
  readonly vars: string | undefined;
  /** In today's suite; the file is absolute. */
  readonly place: { readonly file: string; readonly line: number } | undefined;
  readonly runs: readonly (CaseOfRun | null)[];
}

/** The tables of cases of one workspace. */
export class CaseTables {
  private readonly workspace: Workspace;
  private readonly titled: () => void;
  private readonly open = new Map<string, OpenTable>();

  /** @param titled titles are there that were not when a page was asked for. */
  constructor(workspace: Workspace, titled: () => void) {
    this.workspace = workspace;
    this.titled = titled;
  }

  async page(compared: ComparedCases, query: CaseQuery, from: number, count: number): Promise<CasePage> {
    return (await this.tableOf(compared)).table.page(query, from, count);
  }

  /** A value of the cases, a run at a time. */
  async values(compared: ComparedCases, metric: string): Promise<{ name: string; values: Float64Array }[]> {
    const { runs, table } = await this.tableOf(compared);
    return runs.map(({ key }, index) => ({ name: shortKey(key), values: table.values(index, metric) }));
  }

  async details(compared: ComparedCases, id: string): Promise<CaseDetailsView> {
    const { runs, base, table } = await this.tableOf(compared);
    const known = (await this.casesOf(runs)).get(id);
    const place = known?.location();
    return {
      id,
      number: known?.number,
      title: known?.title ?? id,
      vars: known && JSON.stringify(known.vars, null, 2),
      place: place && { file: place.file, line: place.range.start.line },
      runs: caseDetails(this.workspace.store, runs, table.table, base, id),
    };
  }

  private async tableOf(compared: ComparedCases): Promise<{ runs: TrackedRun[]; base: number; table: OpenTable }> {
    const { store, host } = this.workspace;
    const { runs, baseline: base } = trackedRuns(store, compared);
    // A run that goes on, or that is judged again, is another table.
    const key = JSON.stringify([base, compared.series, runs.map(({ key, status, done, endedAt }) => [key, status, done, endedAt])]);
    const known = this.open.get(key);
    if (known) {
      this.open.delete(key);
      this.open.set(key, known);
      return { runs, base, table: known };
    }
    const table = new OpenTable({ store, runs, baseline: base, series: compared.series, now: () => host.clock.now() });
    if (this.open.size >= MOST_OPEN) this.open.delete(this.open.keys().next().value!);
    this.open.set(key, table);
    let late = false;
    const titles = this.casesOf(runs).then((cases) => {
      table.name(cases);
      if (late) this.titled();
    });
    await Promise.race([titles, host.clock.sleep(TITLES_MS).then(() => void (late = true))]);
    return { runs, base, table };
  }

  private async casesOf(runs: readonly TrackedRun[]) {
    const suite = runs.flatMap(({ kind, key }) => (kind === "eval" ? (findRun(this.workspace.store, key)?.suite ?? []) : []))[0];
    return suite === undefined ? new Map() : suiteCases(this.workspace, suite);
  }
}
