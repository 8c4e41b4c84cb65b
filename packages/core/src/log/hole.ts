import { type StreamPosition, type Vector, vectorAt } from './vector.ts';

/**
 * What a log has of what it claimed, when entries of it were found damaged (LOG-1): each stream up to before its lowest
 * hole. Whatever it knows beyond stays claimed, and is had again when the holes are filled; so numbers that were given are
 * never given again, and what was superseded need not come anew.
 */
export function haveBesideHoles(claimed: Vector, holes: Iterable<StreamPosition>): Vector {
  const have = new Map(claimed);
  for (const { stream, originSeq } of holes) {
    const before = Math.min(vectorAt(have, stream), originSeq - 1);
    if (before === 0) have.delete(stream);
    else have.set(stream, before);
  }
  return have;
}

/**
 * What a log says to others that it has, as it serves them: nothing while it has holes, so that they take what it gives
 * and claim only what is contiguous. An entry that is lost may be the one for which others were let go, in any stream
 * (LOG-2, LOG-3).
 */
export function servedClaim(have: Vector, holes: number): Vector {
  return holes === 0 ? have : new Map();
}
