/** From the least to the greatest of some ids, both among them. */
export interface IdRange {
  readonly first: string;
  readonly last: string;
}

/**
 * From so many ids on it is worth a look whether there is anything between them at all: those of new records were made
 * one after the other (UUIDv7), so mostly there is not, and none of them needs to be looked up.
 */
export const rangeMin = 4;

/** The range of at least one id. */
export function idRange(ids: readonly string[]): IdRange {
  let first = ids[0]!;
  let last = first;
  for (const id of ids) {
    if (id < first) first = id;
    else if (id > last) last = id;
  }
  return { first, last };
}
