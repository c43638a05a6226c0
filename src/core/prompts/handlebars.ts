import type { Message, Role } from "../evals/model.ts";

type Vars = Readonly<Record<string, unknown>>;
type Compiled = (vars: object) => string;

/** Compiled templates that are kept. */
const KEPT = 200;
/** Stands for `{{role "x"}}` in a filled-in dotprompt; no text holds the character. */
const ROLE = /\u0001role:(\w+)\u0001/;
const ROLES: ReadonlySet<string> = new Set(["system", "user", "assistant", "tool", "developer"]);

/** Handlebars as prompts use it: nothing is escaped, and no template reaches a prototype. */
export class HandlebarsTemplates {
  private readonly compile: (text: string) => Compiled;
  private readonly compiled = new Map<string, Compiled>();

  private constructor(compile: (text: string) => Compiled) {
    this.compile = compile;
  }

  static async create(): Promise<HandlebarsTemplates> {
    const { default: library } = await import("handlebars");
    const handlebars = library.create();
    // dotprompt's own helpers.
    handlebars.registerHelper("role", (role: unknown) => `\u0001role:${String(role)}\u0001`);
    handlebars.registerHelper("json", (value: unknown) => JSON.stringify(value));
    handlebars.registerHelper("history", () => "");
    handlebars.registerHelper("section", () => "");
    handlebars.registerHelper("ifEquals", function (this: unknown, a: unknown, b: unknown, options: Handlebars.HelperOptions) {
      return a === b ? options.fn(this) : options.inverse(this);
    });
    handlebars.registerHelper("unlessEquals", function (this: unknown, a: unknown, b: unknown, options: Handlebars.HelperOptions) {
      return a === b ? options.inverse(this) : options.fn(this);
    });
    handlebars.registerHelper("media", () => {
      throw new Error("media (images, audio) is not supported");
    });
    return new HandlebarsTemplates((text) => handlebars.compile(text, { noEscape: true, compat: true }));
  }

  /** @throws with Handlebars' message when the template is broken. */
  render(text: string, vars: Vars): string {
    let template = this.compiled.get(text);
    if (!template) {
      template = this.compile(text);
      if (this.compiled.size >= KEPT) this.compiled.clear();
      this.compiled.set(text, template);
    }
    return template(vars);
  }

  /** A dotprompt's messages: what stands before the first `{{role}}` is the user's. @throws as `render` does. */
  messages(body: string, vars: Vars): Message[] {
    const [first = "", ...rest] = this.render(body, vars).split(ROLE);
    const messages: Message[] = first.trim() === "" ? [] : [{ role: "user", content: first.trim() }];
    for (let i = 0; i < rest.length; i += 2) {
      const name = rest[i] === "model" ? "assistant" : (rest[i] as string);
      if (!ROLES.has(name)) throw new Error(`there is no role ${JSON.stringify(name)}`);
      const content = (rest[i + 1] ?? "").trim();
      if (content !== "") messages.push({ role: name as Role, content });
    }
    return messages;
  }
}
