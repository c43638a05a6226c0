import { contentHash } from "../../store/store.ts";
import { withAffixes } from "../../prompts/affixes.ts";
import type { Rendered } from "../../prompts/renderer.ts";
import type { Case } from "../model.ts";
import type { PreparedCall } from "../providers/provider.ts";
import { cacheKey } from "./caller.ts";
import type { Memory } from "./chain.ts";
import type { Made } from "./made.ts";
import type { RenderPrompt } from "./rows.ts";
import { type Side, testOf } from "./series.ts";

/** A question as it is sent and as it is judged. */
export interface Prepared {
  readonly prepared: PreparedCall;
  readonly text: string;
  readonly vars: Rendered["vars"];
}

/**
 * One arm's question of a row. Of many only the hashes are held: the text is made when it is asked, and in a chain
 * of what the turns before it left in its memory until then.
 */
export class Question {
  private readonly arm: Side;
  private readonly test: Case;
  private readonly repeat: number;
  private readonly render: RenderPrompt;
  private readonly memory: Memory | undefined;
  private identity: string | undefined;
  private mistake: string | undefined;
  private made: Prepared | undefined;
  /** Of its prompt, once it is identified. */
  characters = 0;

  constructor(arm: Side, test: Case, repeat: number, render: RenderPrompt, memory: Memory | undefined) {
    this.arm = arm;
    this.test = test;
    this.repeat = repeat;
    this.render = render;
    this.memory = memory;
  }

  /** The prompt and who is asked: the test's own provider before the series'. */
  get side(): Side {
    const { provider: named } = this.test;
    const other = named && this.arm.own?.get(named);
    return other ? { ...this.arm, provider: other, response: named.response } : this.arm;
  }

  /** The test as it is asked: as hooks have left it. */
  get asked(): Case {
    return testOf(this.arm, this.test);
  }

  /** By which its answer is found again; `undefined`: it cannot be asked. */
  get key(): string | undefined {
    if (this.identity === undefined && this.mistake === undefined) this.identify(true);
    return this.identity;
  }

  /** Why it cannot be asked. */
  get error(): string {
    return this.mistake ?? "";
  }

  /**
   * Finds its key, anew where the memory that it depends on has changed.
   * @param keep it is about to be asked: what was made to find the key is kept until then.
   */
  identify(keep: boolean): void {
    this.identity = this.mistake = this.made = undefined;
    const { providerOutput } = this.asked;
    try {
      const made = this.make();
      if (keep) this.made = made;
      this.characters = made.text.length;
      const { hooks } = this.arm;
      // What a hook sets up beside the question may decide the answer, too.
      this.identity = cacheKey((hooks === undefined ? "" : `hooks ${hooks} `) + (providerOutput === undefined ? made.prepared.identity : `given ${contentHash(JSON.stringify(providerOutput))}`), this.repeat);
    } catch (error) {
      this.mistake = error instanceof Error ? error.message : String(error);
    }
  }

  /** @throws when the prompt cannot be filled in. */
  prepare(): Prepared {
    const made = this.made ?? this.make();
    this.made = undefined;
    return made;
  }

  /** It is not asked any more: it has its answer, or the other arm's is its own. A key that is needed still is made anew. */
  release(): void {
    this.made = this.identity = undefined;
  }

  private make(): Prepared {
    const { prompt, provider, made } = this.side;
    const failed = this.arm.hookedTests?.get(this.test);
    if (failed && "error" in failed) throw new Error(failed.error);
    const { asked } = this;
    const { prefix = "", suffix = "", provider: overrides } = asked.options;
    const remembered = this.memory?.vars(prompt, this.test) ?? {};
    const own = madeQuestion(made?.get(this.test), remembered);
    const rendered = own?.rendered ?? this.render(withAffixes(prompt.template, prefix, suffix), { ...prompt.defaults, ...asked.vars, ...remembered }, prompt.dialect);
    const { text, vars } = rendered;
    const prepared = provider.prepare({
      // Not every text is a chat, and not every provider needs one.
      get messages() {
        return rendered.messages;
      },
      text,
      vars,
      prompt: { raw: prompt.template, label: prompt.label },
      overrides: { ...prompt.config, ...own?.config, ...overrides },
    });
    return { prepared, text, vars };
  }
}

/** What code made of a question before the run. @throws when it could not, or would have to see outputs of the run. */
function madeQuestion(made: Made | undefined, remembered: Readonly<Record<string, unknown>>): Exclude<Made, { error: string }> | undefined {
  if (!made) return undefined;
  if ("error" in made) throw new Error(made.error);
  if (Object.keys(remembered).length > 0) throw new Error(`Code makes this question before the run, and cannot see what earlier tests leave: ${Object.keys(remembered).join(", ")}.`);
  return made;
}
