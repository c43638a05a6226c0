import type { EndpointConfig } from "../config/schema.ts";
import { unresolvedMessage } from "../config/references.ts";
import { definitionOf } from "../evals/assertions/registry.ts";
import { type Assertion, assertionsOf, type Case, type CaseOptions, type Graders, JudgeError, type ProviderSpec } from "../evals/model.ts";
import type { FindGrader, GraderKind } from "../evals/judges/grader.ts";
import { endpointGraders } from "../evals/providers/endpoint.ts";
import type { ProviderContext } from "../evals/providers/openaiServer.ts";
import { CallError, type Provider } from "../evals/providers/provider.ts";
import { canGive, createProvider, givenBy } from "../evals/providers/registry.ts";
import { isRemote } from "../evals/run/caller.ts";
import { START } from "../problem.ts";
import type { SuiteVersion } from "./workspace.ts";

/** Whom promptfoo asks where nobody is named and there is a key of OpenAI's. */
const DEFAULTS: Readonly<Record<GraderKind, string>> = {
  text: "openai:chat:gpt-5.6-sol",
  embedding: "openai:embedding:text-embedding-3-large",
  moderation: "openai:moderation:omni-moderation-latest",
};
const OPENAI = "https://api.openai.com";
const NAMED: Readonly<Record<GraderKind, string>> = { text: "a judgement", embedding: "an embedding", moderation: "a moderation" };
/** The key of an endpoint in `llmops.yaml` that says which model gives a kind. */
const KEYS: Readonly<Record<GraderKind, string>> = { text: "model", embedding: "embeddingModel", moderation: "moderationModel" };

export interface SuiteGraders {
  readonly find: FindGrader;
  /** Whom somebody has named to moderate a test's answers; `undefined`: nobody. @throws {JudgeError} when it cannot be asked. */
  moderatorOf(options: Pick<CaseOptions, "grader">): Provider | undefined;
  /** Everybody that is asked about the answers to these tests, and at least how many calls to others' machines an answer needs. */
  plan(tests: readonly Case[]): Promise<{ readonly providers: readonly Provider[]; readonly paidCalls: ReadonlyMap<Case, number> }>;
}

/**
 * Who judges for a suite, in this order: the assertion's provider (GitHub's after the endpoints), the test's, the endpoint `judge:` of the
 * suite's entry in `llmops.yaml`, its `endpoint:`, and OpenAI as promptfoo does.
 */
export function suiteGraders(version: Pick<SuiteVersion, "settings" | "config" | "suite">, context: ProviderContext): SuiteGraders {
  const location = () => ({ file: version.suite.file, range: START });
  const endpoints = judgingEndpoints(version);
  const made: Readonly<Record<GraderKind, Map<ProviderSpec, Provider>>> = { text: new Map(), embedding: new Map(), moderation: new Map() };

  const specOf = (kind: GraderKind, assertion: Pick<Assertion, "grader">, options: { readonly grader?: Graders }): ProviderSpec => {
    const endpoint = endpoints.find(({ graders }) => graders[kind])?.graders[kind];
    const own = assertion.grader?.unlessEndpoint && endpoint ? endpoint : assertion.grader?.[kind];
    const named = own ?? options.grader?.[kind] ?? endpoint;
    if (named) return named;
    const [first] = endpoints;
    if (first) throw new JudgeError(`The endpoint ${first.name} of llmops.yaml cannot be asked for ${NAMED[kind]}: it names no ${KEYS[kind]}.`);
    return defaultSpec(kind);
  };
  const defaults = new Map<GraderKind, ProviderSpec>();
  const defaultSpec = (kind: GraderKind): ProviderSpec => {
    let spec = defaults.get(kind);
    if (!spec) defaults.set(kind, (spec = { id: DEFAULTS[kind], label: undefined, config: {}, prompts: undefined, delay: undefined, env: {}, location }));
    return spec;
  };
  const providerOf = (spec: ProviderSpec, kind: GraderKind): Provider => {
    if (!canGive(spec, kind)) throw new JudgeError(`${spec.id} cannot be asked for ${NAMED[kind]}. Write {${kind}: …} as the provider, with one that can.`);
    let provider = made[kind].get(spec);
    if (!provider) {
      try {
        provider = createProvider(spec, context, kind === "embedding" ? "embedding" : "text");
      } catch (error) {
        if (!(error instanceof CallError)) throw error;
        throw new JudgeError(`The judge ${spec.id} cannot be asked: ${error.message}`);
      }
      if (!provider) throw new JudgeError(`The judge ${spec.id} cannot be called yet.`);
      made[kind].set(spec, provider);
    }
    return provider;
  };

  const find: FindGrader = async (kind, assertion, options) => {
    const spec = specOf(kind, assertion, options);
    const provider = providerOf(spec, kind);
    const chosen = spec !== defaults.get(kind) && !(spec === assertion.grader?.[kind] && assertion.grader.unlessEndpoint);
    if (!chosen && provider.origin === OPENAI) await requireKey(context);
    return provider;
  };

  const moderatorOf: SuiteGraders["moderatorOf"] = ({ grader }) => {
    const spec = moderatorSpec(version, grader, endpoints);
    return spec && providerOf(spec, "moderation");
  };

  /** Everybody whom an answer to a test is shown. Of moderators each is asked once: what was said of a text is known. */
  const askedBy = async (test: Case): Promise<Provider[]> => {
    const judges: Provider[] = [];
    const moderators = new Set<Provider>();
    const add = (kind: GraderKind, provider: Provider) => (kind === "moderation" ? void moderators.add(provider) : void judges.push(provider));
    for (const assertion of assertionsOf(test)) {
      for (const kind of definitionOf(assertion.type)?.asks ?? []) await tried(async () => add(kind, await find(kind, assertion, test.options)));
    }
    await tried(() => {
      const moderator = moderatorOf(test.options);
      if (moderator) moderators.add(moderator);
    });
    return [...judges, ...moderators];
  };

  return {
    find,
    moderatorOf,
    async plan(tests) {
      const providers = new Set<Provider>();
      const paidCalls = new Map<Case, number>();
      for (const test of tests) {
        const asked = await askedBy(test);
        for (const provider of asked) providers.add(provider);
        const paid = asked.filter(isRemote).length;
        if (paid > 0) paidCalls.set(test, paid);
      }
      return { providers: [...providers], paidCalls };
    },
  };
}

type Named = Pick<SuiteVersion, "settings" | "config"> & { readonly suite: Pick<SuiteVersion["suite"], "file"> };

function judgingEndpoints({ settings, config, suite }: Named): { name: string; graders: Graders }[] {
  return [settings.judge, settings.endpoint].flatMap((name) => {
    const endpoint: EndpointConfig | undefined = name === undefined ? undefined : config?.endpoints?.[name];
    return name === undefined || !endpoint ? [] : [{ name, graders: endpointGraders(name, endpoint, () => ({ file: suite.file, range: START })) }];
  });
}

/** Whom toxicity is measured by: only one that somebody has named for moderation, so that no answer goes anywhere else. */
export function moderatorSpec(version: Named, grader: Graders | undefined, endpoints = judgingEndpoints(version)): ProviderSpec | undefined {
  if (version.settings.toxicity === false) return undefined;
  if (grader?.moderation && givenBy(grader.moderation.id) === "moderation") return grader.moderation;
  return endpoints.find(({ graders }) => graders.moderation)?.graders.moderation;
}

/** What keeps anybody from being asked is said by each row that it keeps from being judged. */
async function tried(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof JudgeError)) throw error;
  }
}

/** Without a key nothing is sent: it would be refused, and nobody has asked for it to go there. */
async function requireKey({ host }: ProviderContext): Promise<void> {
  const secret = await host.secrets.get("OPENAI_API_KEY", OPENAI);
  if (typeof secret === "string") throw new JudgeError(`Nobody is named to judge. Name a provider in the suite, or "judge:" in llmops.yaml. Without either OpenAI is asked, as by promptfoo, but: ${unresolvedMessage({ kind: "secret", name: "OPENAI_API_KEY" }, secret, OPENAI)}`);
}
