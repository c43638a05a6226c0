import { VARIANTS, type Variant } from "./split.ts";

/** Upper edges of latencies, ms. */
const EDGES = [1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 10_000];
/** How long a failed request may be tried again before its failure is final, ms. */
const RETRY_MS = 500;
/** Sessions and requests that are remembered; the oldest are forgotten first. */
const REMEMBERED = 100_000;

/** What a variant did since `epoch`. Every number only grows. */
export interface VariantCounters {
  readonly epoch: string;
  /** Sessions (requests, where clients name none), counted at their first request. */
  units: number;
  /** Of them, those of which a request failed finally. */
  unitErrors: number;
  requests: number;
  errors: number;
  attempts: number;
  retries: number;
  /** Requests by latency: cumulative, upper edge in ms; the last edge is null, for all. */
  readonly latencyBuckets: [number | null, number][];
}

interface Session {
  variant: Variant;
  failed: boolean;
}

interface Tried {
  readonly session: Session;
  /** When its last failure becomes final; `undefined`: it is under way, or has ended. */
  finalAt: number | undefined;
}

/** Counts sessions, requests and attempts, so that retries of a request and requests of a session are not taken for independent. */
export class Counters {
  readonly variants: Readonly<Record<Variant, VariantCounters>>;
  private readonly sessions = new Map<string, Session>();
  private readonly requests = new Map<string, Tried>();
  private readonly failing = new Set<Tried>();
  private readonly now: () => number;

  constructor(epoch: string, now: () => number) {
    this.now = now;
    const make = (): VariantCounters => ({ epoch, units: 0, unitErrors: 0, requests: 0, errors: 0, attempts: 0, retries: 0, latencyBuckets: [...EDGES, null].map((edge) => [edge, 0]) });
    this.variants = { stable: make(), canary: make() };
  }

  /**
   * An attempt begins. A session keeps its variant unless that gets no traffic any more.
   * @param assign the variant of a session that has none
   */
  begin(ids: { readonly session: string | undefined; readonly request: string | undefined }, assign: () => Variant, serves: (variant: Variant) => boolean): { readonly variant: Variant; end(failed: boolean, ms: number): void } {
    const known = ids.request === undefined ? undefined : this.requests.get(ids.request);
    const session = this.sessionOf(known && serves(known.session.variant) ? known.session : undefined, ids.session, assign, serves);
    const counters = this.variants[session.variant];
    const tried = known?.session === session ? known : { session, finalAt: undefined };
    counters.attempts++;
    if (tried === known) counters.retries++;
    else counters.requests++;
    this.failing.delete(tried);
    tried.finalAt = undefined;
    if (ids.request !== undefined) remember(this.requests, ids.request, tried);
    return {
      variant: session.variant,
      end: (failed, ms) => {
        for (const bucket of counters.latencyBuckets) if (bucket[0] === null || ms <= bucket[0]) bucket[1]++;
        if (!failed) return;
        tried.finalAt = ids.request === undefined ? this.now() : this.now() + RETRY_MS;
        this.failing.add(tried);
        this.settle();
      },
    };
  }

  /** Counts the failures that nobody tried again. Call it before the counters are read. */
  settle(): void {
    for (const tried of this.failing) {
      if (tried.finalAt === undefined || this.now() < tried.finalAt) continue;
      this.failing.delete(tried);
      const counters = this.variants[tried.session.variant];
      counters.errors++;
      if (!tried.session.failed) counters.unitErrors++;
      tried.session.failed = true;
    }
  }

  private sessionOf(ofRequest: Session | undefined, id: string | undefined, assign: () => Variant, serves: (variant: Variant) => boolean): Session {
    const known = ofRequest ?? (id === undefined ? undefined : this.sessions.get(id));
    if (known && serves(known.variant)) return known;
    const session: Session = { variant: assign(), failed: false };
    this.variants[session.variant].units++;
    if (id !== undefined) remember(this.sessions, id, session);
    return session;
  }
}

function remember<T>(map: Map<string, T>, id: string, value: T): void {
  map.delete(id);
  map.set(id, value);
  if (map.size > REMEMBERED) map.delete(map.keys().next().value!);
}

/** Prometheus text format 0.0.4. */
export function prometheusText(variants: Readonly<Record<Variant, VariantCounters>>): string {
  const each = (line: (variant: Variant, counters: VariantCounters) => string[]) => VARIANTS.flatMap((variant) => line(variant, variants[variant]));
  return [
    "# TYPE llm_sessions_total counter",
    ...each((variant, { units }) => [`llm_sessions_total{version="${variant}"} ${units}`]),
    "# TYPE llm_session_errors_total counter",
    ...each((variant, { unitErrors }) => [`llm_session_errors_total{version="${variant}"} ${unitErrors}`]),
    "# TYPE llm_requests_total counter",
    ...each((variant, { requests, errors }) => [`llm_requests_total{version="${variant}",code="200"} ${requests - errors}`, `llm_requests_total{version="${variant}",code="500"} ${errors}`]),
    "# TYPE llm_request_milliseconds histogram",
    ...each((variant, { latencyBuckets }) => latencyBuckets.map(([edge, count]) => `llm_request_milliseconds_bucket{version="${variant}",le="${edge ?? "+Inf"}"} ${count}`)),
    "",
  ].join("\n");
}
