import type { Clock } from "../../host.ts";
import { isLoopback } from "../../config/approvals.ts";
import { findAnswer, putAnswer, type StoredAnswer } from "../../store/answers.ts";
import { contentHash, type Store } from "../../store/store.ts";
import type { Answer } from "../model.ts";
import { CallError, type PreparedCall, type Provider } from "../providers/provider.ts";
import { Batch } from "./batch.ts";
import { Limiter, sharedLimiter } from "./limiter.ts";

/** A remote endpoint's answer is trusted for a day: its model may change behind its name. */
export const REMOTE_MAX_AGE_MS = 24 * 3_600_000;
const ATTEMPTS = 3;
const LONGEST_WAIT_MS = 30_000;
/** In flight at once where nothing else is said: a person's own machine, and somebody else's. */
export const IN_FLIGHT = { loopback: 16, remote: 8 };

export interface CallerOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Runs that send through the same client share its endpoints' limits. */
  readonly http: object;
  readonly signal: AbortSignal;
  /** Overrides the endpoints' own limits. */
  readonly inFlight: number | undefined;
  /** Milliseconds between two calls of a provider that names no pause of its own. */
  readonly delayMs: number | undefined;
  readonly useCache: boolean;
  /** Answers of remote endpoints since then (milliseconds since the epoch) are taken however old they are. */
  readonly trustSince?: number;
  /** At most this many calls to endpoints that are not on this machine. */
  readonly maxCalls: number;
  readonly maxCost: number;
}

/** Answers that are kept in memory at most, and how long one may be. */
const MOST_KEPT = 2_000;
const MOST_KEPT_CHARACTERS = 10_000;

/** Answers by key: from the cache, else from the provider, within the limits of one run. */
export class Caller {
  calls = 0;
  cached = 0;
  /** USD, as far as prices are known. */
  cost = 0;
  /** Calls to endpoints that are not on this machine. */
  paidCalls = 0;
  /** Answers are written with the rows that they came to. */
  readonly batch: Batch;
  private readonly options: CallerOptions;
  private readonly limits = new Map<string, Limits>();
  private readonly found = new Map<string, Answer>();
  private readonly underWay = new Map<string, Promise<Answer>>();
  private readonly unusable = new Map<string, CallError>();
  private readonly startedAt: number;

  constructor(options: CallerOptions) {
    this.options = options;
    this.batch = new Batch(options.store, options.clock);
    this.startedAt = options.clock.now();
  }

  /** The fresh enough cached answer of a key. Of what is looked up before it is asked, some is kept until then. */
  lookUp(key: string, provider: Provider): Answer | undefined {
    if (!this.options.useCache) return undefined;
    const before = this.found.get(key);
    if (before) return before;
    const found = findAnswer(this.options.store, key);
    if (!found || !this.isFresh(found, provider)) return undefined;
    const answer = toAnswer(found);
    if (this.found.size < MOST_KEPT && found.body.length <= MOST_KEPT_CHARACTERS) this.found.set(key, answer);
    return answer;
  }

  private isFresh({ at }: StoredAnswer, provider: Provider): boolean {
    const { clock, trustSince = Infinity } = this.options;
    if (provider.onlyThisRun) return at >= Math.min(trustSince, this.startedAt);
    return !(isRemote(provider) || provider.mayChange) || at >= trustSince || clock.now() - at <= REMOTE_MAX_AGE_MS;
  }

  /**
   * @param refresh ignores the cache: its answer came from another model behind the same name.
   * @throws {CallError} when there is no answer; an abort is rethrown.
   */
  async answer(key: string, provider: Provider, prepare: () => PreparedCall, refresh = false): Promise<Answer> {
    const known = refresh ? undefined : this.lookUp(key, provider);
    if (known) {
      this.cached++;
      return known;
    }
    // The same question asked twice in one run is one call.
    let asked = this.underWay.get(key);
    if (!asked) {
      asked = this.call(key, provider, prepare);
      this.underWay.set(key, asked);
      asked.catch(() => this.underWay.delete(key));
    }
    return asked;
  }

  private async call(key: string, provider: Provider, prepare: () => PreparedCall): Promise<Answer> {
    const limits = this.limitsOf(provider);
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await limits.own.run(() => limits.shared.run(() => this.attempt(key, provider, prepare, limits.shared)));
        limits.shared.succeeded();
        return answer;
      } catch (error) {
        if (!(error instanceof CallError)) throw error;
        const wait = error.retryAfterMs ?? 250 * 2 ** attempt;
        if (!error.retry || attempt >= ATTEMPTS || wait > LONGEST_WAIT_MS) throw error;
        const pause = () => this.options.clock.sleep(wait, this.options.signal);
        await (error.status === 429 ? limits.shared.hold(pause) : pause());
      }
    }
  }

  /** A failure is taken note of before the next call takes this one's place. */
  private async attempt(key: string, provider: Provider, prepare: () => PreparedCall, limiter: Limiter): Promise<Answer> {
    try {
      return await this.send(key, provider, prepare);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (error.kind === "unusable") this.unusable.set(answererOf(provider), error);
      if (error.status === 429) limiter.throttled();
      throw error;
    }
  }

  private async send(key: string, provider: Provider, prepare: () => PreparedCall): Promise<Answer> {
    const { store, clock, signal } = this.options;
    signal.throwIfAborted();
    const broken = this.unusable.get(answererOf(provider));
    if (broken) throw broken;
    if (isRemote(provider)) this.spend();
    this.calls++;
    const answer = { ...(await ask(provider, prepare, signal)), cached: false };
    this.cost += answer.cost ?? 0;
    this.batch.add(() => {
      putAnswer(store, key, toStored(answer, clock.now()));
      this.underWay.delete(key);
    });
    const pause = this.delayOf(provider);
    if (pause > 0) await clock.sleep(pause, signal);
    return answer;
  }

  private spend(): void {
    const { maxCalls, maxCost } = this.options;
    if (this.paidCalls >= maxCalls) throw new BudgetError(`The budget of ${maxCalls} calls is used up.`);
    if (this.cost >= maxCost) throw new BudgetError(`The budget of USD ${maxCost.toFixed(2)} is used up.`);
    this.paidCalls++;
  }

  /** One limit an endpoint, within that of all runs; a provider with a pause between its calls is asked one by one. */
  private limitsOf(provider: Provider): Limits {
    const oneByOne = this.delayOf(provider) > 0;
    const key = oneByOne ? `${provider.origin} ${provider.key}` : (provider.origin ?? "");
    let limits = this.limits.get(key);
    if (!limits) {
      const most = oneByOne ? 1 : (this.options.inFlight ?? (isRemote(provider) ? IN_FLIGHT.remote : IN_FLIGHT.loopback));
      // What goes nowhere, programs that are run, is each run's own.
      const shared = provider.origin === undefined ? new Limiter(most) : sharedLimiter(this.options.http, provider.origin, most);
      this.limits.set(key, (limits = { own: new Limiter(most), shared }));
    }
    return limits;
  }

  private delayOf(provider: Provider): number {
    return provider.delayMs ?? this.options.delayMs ?? 0;
  }
}

interface Limits {
  readonly own: Limiter;
  readonly shared: Limiter;
}

/** The run stops: going on would cost more than was agreed to. */
export class BudgetError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BudgetError";
  }
}

/** Whatever goes wrong with a provider is a question without an answer; a store that fails ends the run. */
async function ask(provider: Provider, prepare: () => PreparedCall, signal: AbortSignal): Promise<Omit<Answer, "cached">> {
  try {
    return await provider.send(prepare(), signal);
  } catch (error) {
    if (error instanceof CallError || signal.aborted) throw error;
    throw new CallError("unanswered", error instanceof Error ? error.message : String(error));
  }
}

/** What answers. The two versions of a suite may give one name to two endpoints or models. */
export function answererOf({ origin, model, key }: Provider): string {
  return JSON.stringify([origin, model, key]);
}

export function isRemote(provider: Provider): boolean {
  return provider.origin !== undefined && !isLoopback(provider.origin);
}

/** Repeats are entries of their own: a repeat that came from the cache would be a copy, not a second sample. */
export function cacheKey(identity: string, repeat: number): string {
  return contentHash(`${repeat}\n${identity}`);
}

function toAnswer(stored: StoredAnswer): Answer {
  const { inputTokens, outputTokens } = stored;
  return {
    output: JSON.parse(stored.body) as unknown,
    latencyMs: stored.latencyMs,
    usage: inputTokens === undefined || outputTokens === undefined ? undefined : { input: inputTokens, output: outputTokens },
    cost: stored.cost,
    finishReason: stored.finish,
    fingerprint: stored.fingerprint,
    logProbs: stored.logProbs,
    cached: true,
  };
}

function toStored(answer: Answer, at: number): StoredAnswer {
  return {
    body: JSON.stringify(answer.output ?? null),
    at,
    latencyMs: answer.latencyMs,
    inputTokens: answer.usage?.input,
    outputTokens: answer.usage?.output,
    cost: answer.cost,
    finish: answer.finishReason,
    fingerprint: answer.fingerprint,
    logProbs: answer.logProbs,
  };
}
