/** Every rule that the project is held to: the first and last number of each family. */
export const ruleFamilies = {
  CLK: [1, 4],
  CHG: [1, 9],
  MRG: [1, 8],
  DEP: [1, 6],
  LOG: [1, 7],
  REP: [1, 8],
  TOP: [1, 5],
  ING: [0, 6],
  AGR: [1, 2],
  SEC: [1, 5],
} as const satisfies Record<string, readonly [number, number]>;

/** Every requirement of the seed documents: how many each of them states. */
export const requirementCounts = {
  S0: 66,
  S1: 48,
  S2: 59,
  S3: 31,
  S4: 41,
  S1x: 20,
} as const satisfies Record<string, number>;

/** All rule ids: `CLK-1` … `SEC-5`. */
export function ruleIds(): readonly string[] {
  return Object.entries(ruleFamilies).flatMap(([family, [first, last]]) =>
    Array.from({ length: last - first + 1 }, (_, index) => `${family}-${first + index}`),
  );
}

/** All requirement ids: `S0-01` … `S1x-20`. */
export function requirementIds(): readonly string[] {
  return Object.entries(requirementCounts).flatMap(([seed, count]) =>
    Array.from({ length: count }, (_, index) => `${seed}-${String(index + 1).padStart(2, '0')}`),
  );
}
