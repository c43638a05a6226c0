import type { Message } from "../evals/model.ts";

/**
 * How the variables of a prompt are filled in. `nunjucks`: as promptfoo does; `literal`: `{{name}}` is replaced
 * and nothing else (GitHub's `.prompt.yml`); `handlebars`: Handlebars, which reads Mustache too; `dotprompt`:
 * Handlebars whose text says the roles; `copilot`: `${input:name}` in a Markdown body.
 */
export type Dialect = "nunjucks" | "literal" | "handlebars" | "dotprompt" | "copilot";

type Vars = Readonly<Record<string, unknown>>;

/** A template's messages; throws when it cannot be filled in. Of `literal` and `handlebars` it is JSON of messages. */
export type RenderDialect = (template: string, vars: Vars) => Message[];

/** Renderers of those of the dialects that are not promptfoo's; their engines are loaded here, once. */
export async function dialectRenderers(dialects: Iterable<Dialect>): Promise<Partial<Record<Dialect, RenderDialect>>> {
  const wanted = new Set(dialects);
  const renderers: Partial<Record<Dialect, RenderDialect>> = {
    literal: (template, vars) => ofMessages(template, (text) => literal(text, vars)),
    copilot: (template, vars) => [{ role: "user", content: template.replace(/\$\{input:([\w-]+)(?::[^}]*)?\}/g, (_whole, name: string) => textOf(vars[name])) }],
  };
  if (!wanted.has("handlebars") && !wanted.has("dotprompt")) return renderers;
  const { HandlebarsTemplates } = await import("./handlebars.ts");
  const templates = await HandlebarsTemplates.create();
  return {
    ...renderers,
    handlebars: (template, vars) => ofMessages(template, (text) => templates.render(text, vars)),
    dotprompt: (template, vars) => templates.messages(template, vars),
  };
}

/** GitHub's rule: `{{name}}` is replaced by the value, and what names no variable stays. */
export function literal(text: string, vars: Vars): string {
  return text.replace(/\{\{\s*([\w.-]+)\s*\}\}/g, (whole, name: string) => (Object.hasOwn(vars, name) ? textOf(vars[name]) : whole));
}

function ofMessages(template: string, fill: (text: string) => string): Message[] {
  return (JSON.parse(template) as Message[]).map((message) => ({ ...message, content: typeof message.content === "string" ? fill(message.content) : message.content }));
}

function textOf(value: unknown): string {
  return value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
}
