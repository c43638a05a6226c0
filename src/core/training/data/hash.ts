/**
 * A hash of a text in 53 bits, which a number holds exactly: two lanes of multiply and xor-shift (the finaliser is
 * MurmurHash3's). Of a million texts two different ones share it with a chance of 0.006 %.
 */
export function hash53(text: string): number {
  let a = 0x9e3779b1;
  let b = 0x85ebca77;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 0x5bd1e995);
    b = Math.imul(b ^ code, 0x1b873593);
    a ^= a >>> 15;
    b ^= b >>> 13;
  }
  return (finish(b ^ a) & 0x1fffff) * 0x1_0000_0000 + finish(a);
}

function finish(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A text as it counts when texts are compared: case and the kind of white space make no difference. */
export function normalised(text: string): string {
  return text.toLowerCase().replace(/\s+/g, " ").trim();
}
