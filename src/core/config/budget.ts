/** What runs by themselves may use after one save: calls of endpoints, and USD. */
export interface OnSaveBudget {
  readonly maxCalls: number;
  readonly maxCost: number;
}

export const DEFAULT_ON_SAVE: OnSaveBudget = { maxCalls: 200, maxCost: 0.5 };
