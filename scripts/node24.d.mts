/** Path of a Node 24 (or newer) executable. Throws with what to do when there is none. */
export function node24(): string;
