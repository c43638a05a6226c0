/** A suite of one prompt that is echoed. */
export function echoed(prompt: unknown, tests: unknown, more: object = {}): object {
  return { prompts: Array.isArray(prompt) ? prompt : [prompt], providers: ["echo"], tests, ...more };
}

export const contains = (value: unknown, more: object = {}) => ({ type: "contains", value, ...more });
export const equals = (value: unknown, more: object = {}) => ({ type: "equals", value, ...more });
