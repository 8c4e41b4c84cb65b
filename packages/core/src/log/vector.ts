import type { StreamId } from '../ids.ts';

/**
 * How much of every stream a log has: `have[stream] = originSeq` says that it has, or has superseded, everything of
 * that stream up to there (LOG-2). A stream that is not named stands at 0; a position of 0 is never kept.
 */
export type Vector = ReadonlyMap<StreamId, number>;

/** Where one entry stands: 1, 2, 3 … within its stream, without holes (CHG-1). */
export interface StreamPosition {
  readonly stream: StreamId;
  readonly originSeq: number;
}

export const emptyVector: Vector = new Map();

/** How far `have` goes in a stream; 0 when it has nothing of it. */
export function vectorAt(have: Vector, stream: StreamId): number {
  return have.get(stream) ?? 0;
}

/** Whether `have` claims the entry at this position. */
export function claims(have: Vector, { stream, originSeq }: StreamPosition): boolean {
  return originSeq <= vectorAt(have, stream);
}

/** Whether everything that `b` claims is claimed by `a`. */
export function claimsAll(a: Vector, b: Vector): boolean {
  for (const [stream, originSeq] of b) if (vectorAt(a, stream) < originSeq) return false;
  return true;
}

/** The least vector that claims what either claims. Returns `a` itself when `b` adds nothing. */
export function mergeVectors(a: Vector, b: Vector): Vector {
  if (claimsAll(a, b)) return a;
  const merged = new Map(a);
  for (const [stream, originSeq] of b) {
    if (originSeq > vectorAt(merged, stream)) merged.set(stream, originSeq);
  }
  return merged;
}

/** The greatest vector that both claim. */
export function meetVectors(a: Vector, b: Vector): Vector {
  const met = new Map<StreamId, number>();
  for (const [stream, originSeq] of a) {
    const position = Math.min(originSeq, vectorAt(b, stream));
    if (position > 0) met.set(stream, position);
  }
  return met;
}

/** How many positions `a` claims and `b` does not: an upper bound of the entries, as superseded ones count too. */
export function countBeyond(a: Vector, b: Vector): number {
  let count = 0;
  for (const [stream, originSeq] of a) count += Math.max(0, originSeq - vectorAt(b, stream));
  return count;
}

/**
 * The position that may be claimed after `claimed`, given the positions above it that are stored: as far as they
 * follow each other without a hole (LOG-2). `stored` ascends; what lies at or below `claimed` is passed over.
 */
export function contiguousFrom(claimed: number, stored: Iterable<number>): number {
  let position = claimed;
  for (const originSeq of stored) {
    if (originSeq > position + 1) break;
    if (originSeq === position + 1) position = originSeq;
  }
  return position;
}
