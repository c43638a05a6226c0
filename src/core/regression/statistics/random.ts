/** A reproducible source of random numbers. */
export interface Random {
  /** An integer in 0 … 2³² − 1. */
  uint32(): number;
  /** A number in [0, 1). */
  uniform(): number;
}

/**
 * sfc32 ("small fast counting", Chris Doty-Humphrey, PractRand): 128 bits of state, period at least
 * 2³². The same seed gives the same numbers on every machine, so a verdict can be reproduced.
 */
export function createRandom(seed: number): Random {
  let a = 0;
  let b = Math.floor(seed / 2 ** 32) | 0;
  let c = seed | 0;
  let counter = 1;
  const uint32 = (): number => {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  };
  for (let i = 0; i < 12; i++) uint32();
  return { uint32, uniform: () => uint32() / 2 ** 32 };
}
