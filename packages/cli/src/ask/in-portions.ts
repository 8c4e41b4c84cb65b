/** A list cut into parts of at most `max`, in order; none of an empty one. */
export function* inPortions<Item>(list: readonly Item[], max: number): Generator<readonly Item[]> {
  for (let from = 0; from < list.length; from += max) yield list.slice(from, from + max);
}
