/** Tools as OpenAI's protocol writes them, which other vendors' suites use as well. */
export interface OpenAiTool {
  readonly type: "function";
  readonly function: { readonly name: string; readonly description?: string; readonly parameters?: Readonly<Record<string, unknown>> };
}

/** A vendor's own tools are `undefined`: they are sent as they are. The first tells, as in promptfoo. */
export function openAiTools(tools: unknown): readonly OpenAiTool[] | undefined {
  const first = Array.isArray(tools) ? (tools[0] as Partial<OpenAiTool> | null | undefined) : undefined;
  return first?.type === "function" && typeof first.function?.name === "string" ? (tools as OpenAiTool[]) : undefined;
}

/** `auto`, `none`, `required`, or the one function to call; `undefined`: the vendor's own. */
export function openAiToolChoice(choice: unknown): "auto" | "none" | "required" | { readonly name: string } | undefined {
  if (choice === "auto" || choice === "none" || choice === "required") return choice;
  const { type, function: called } = (choice ?? {}) as { type?: unknown; function?: { name?: unknown } };
  return type === "function" && typeof called?.name === "string" ? { name: called.name } : undefined;
}
