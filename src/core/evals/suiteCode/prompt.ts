import { createRenderer } from "../../prompts/renderer.ts";
import { exportedFunction } from "./modules.ts";
import type { Call } from "./protocol.ts";

type PromptCall = Extract<Call, { kind: "prompt" }>;
type Render = (call: PromptCall) => { text: string; vars: Readonly<Record<string, unknown>> };

const renderers = new Map<string, Promise<Render>>();

/** Fills in prompts with filters that are code of a suite's; templates stay compiled between calls. */
export function promptRenderer(filters: PromptCall["filters"]): Promise<Render> {
  const key = JSON.stringify(filters);
  let render = renderers.get(key);
  if (!render) renderers.set(key, (render = create(filters)));
  return render;
}

async function create(files: PromptCall["filters"]): Promise<Render> {
  const filters = await Promise.all(Object.entries(files).map(async ([name, file]) => [name, await exportedFunction(file, undefined)] as const));
  const renderer = await createRenderer([], Object.fromEntries(filters));
  return ({ template, vars, env }) => {
    const { text, vars: filled } = renderer.prompt(template, vars, env);
    return { text, vars: filled };
  };
}
