/** Chance out of a seed: the same seed gives the same draws, on every machine. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** An integer in [0, end). */
  below(end: number): number;
  /** True in that share of the draws. */
  chance(share: number): boolean;
  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
  /** Chance of its own, which does not depend on what was drawn here before. */
  fork(name: string): Random;
}

/** Opens the chance of a seed. */
export function createRandom(seed: string): Random {
  let state = hashText(seed);
  // mulberry32: 32 bits of state are enough for a history, and it is fast.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number) => Math.floor(next() * end);
  return {
    next,
    below,
    chance: (share) => next() < share,
    pick: (list) => list[below(list.length)]!,
    fork: (name) => createRandom(`${seed}/${name}`),
  };
}

/** 32 bits of a text (FNV-1a, with a final mix so that near texts lie far apart). */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) | 0;
}
