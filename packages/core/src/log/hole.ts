import type { StreamId } from '../ids.ts';
import { isAdmittedByIngest } from './admission.ts';
import { claims, contiguousFrom, type StreamPosition, type Vector, vectorAt } from './vector.ts';

/** A position whose entry was found damaged and is not had again (LOG-1). */
export interface Hole extends StreamPosition {
  /**
   * Why the device's library has what the entry said, and can append it again (REP-6): its ingest had applied it, or it
   * had appended it itself. Null: it may not have it.
   */
  readonly known: KnownAs | null;
}

export type KnownAs = 'applied' | 'appended';

/** What a log claimed, and the holes in it: beyond `claimed`, too, as such an entry may have replaced what is claimed. */
export interface HoledVector {
  readonly claimed: Vector;
  readonly holes: readonly Hole[];
}

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

/** The same for one stream. */
export function haveAt({ claimed, holes }: HoledVector, stream: StreamId): number {
  const inStream = holes.filter((hole) => hole.stream === stream);
  return Math.min(vectorAt(claimed, stream), ...inStream.map(({ originSeq }) => originSeq - 1));
}

/**
 * What a log says to others that it has, as it serves them: nothing while it has holes, so that they take what it gives
 * and claim only what is contiguous. An entry that is lost may be the one for which others were let go, in any stream
 * (LOG-2, LOG-3).
 */
export function servedClaim(have: Vector, holes: number): Vector {
  return holes === 0 ? have : new Map();
}

/** Whether a log has, or has superseded, what stands at a position, and so passes over what comes for it (LOG-1). */
export function hasPosition({ claimed, holes }: HoledVector, position: StreamPosition): boolean {
  return claims(claimed, position) && !holes.some((hole) => isAt(hole, position));
}

/**
 * Claims a stream up to a position, of which somebody gave all that is left, holes included (REP-2); and on over what
 * is stored without a gap behind it (LOG-2). `storedBeyond` answers the positions stored above one, ascending. A position
 * of 0 only goes on over what is stored.
 */
export function claimUpTo(
  { claimed, holes }: HoledVector,
  { stream, originSeq }: StreamPosition,
  storedBeyond: (originSeq: number) => Iterable<number>,
): HoledVector {
  const before = vectorAt(claimed, stream);
  const least = Math.max(before, originSeq);
  const reached = contiguousFrom(least, storedBeyond(least));
  return {
    claimed: reached === before ? claimed : new Map([...claimed, [stream, reached]]),
    holes: holes.filter((hole) => hole.stream !== stream || hole.originSeq > originSeq),
  };
}

/** What decides whether a device's library knows what an entry said. */
export interface LostEntry extends StreamPosition {
  readonly seq: number;
  /** Its ingest passed over it without applying it (LOG-3). */
  readonly isPassedOver: boolean;
  /** This device's library appended it, as far as the log can tell. */
  readonly isOwn: boolean;
}

/** An entry was found damaged: there is a hole, which the library may know how to fill when it had applied that. */
export function loseEntry({ claimed, holes }: HoledVector, lost: LostEntry, appliedSeq: number): HoledVector {
  const { stream, originSeq } = lost;
  const hole = { stream, originSeq, known: knownAs(lost, appliedSeq) };
  return { claimed, holes: [...holes.filter((other) => !isAt(other, lost)), hole] };
}

/** The entry at a position was stored again. */
export function fillHole({ claimed, holes }: HoledVector, position: StreamPosition): HoledVector {
  return { claimed, holes: holes.filter((hole) => !isAt(hole, position)) };
}

/** The library has appended again all that it knows to the log (REP-6). */
export function fillKnownHoles({ claimed, holes }: HoledVector): HoledVector {
  return { claimed, holes: holes.filter(({ known }) => known === null) };
}

/** The library went back, and may have forgotten what it had (REP-6): only peers fill these holes. */
export function forgetHoles({ claimed, holes }: HoledVector, forgotten: readonly KnownAs[]): HoledVector {
  const isForgotten = ({ known }: Hole) => known !== null && forgotten.includes(known);
  return { claimed, holes: holes.map((hole) => (isForgotten(hole) ? { ...hole, known: null } : hole)) };
}

/**
 * Up to which seq it stays true that ingest had applied, or passed over, what `have` reached when an entry is lost
 * (LOG-2): what it had applied stays applied. What it passed over is told by its place in the log, and that place is gone;
 * it comes back at another one, and nothing may say before that it was applied (LOG-3).
 */
export function stillAppliedSeq(
  { isPassedOver }: Pick<LostEntry, 'isPassedOver'>,
  appliedSeq: number,
): number {
  return isPassedOver ? 0 : appliedSeq;
}

/** Whether it stays true that `have` reached a position at a seq, when an entry is lost: of what lies before that, too. */
export function outlastsLoss(
  advance: StreamPosition & { readonly seq: number },
  lost: Pick<LostEntry, 'stream' | 'originSeq' | 'isPassedOver'>,
  appliedSeq: number,
): boolean {
  const isBefore = advance.stream !== lost.stream || advance.originSeq < lost.originSeq;
  return isBefore || advance.seq <= stillAppliedSeq(lost, appliedSeq);
}

/** What ingest passed over it may not have from elsewhere either: such an entry may be none that the library made. */
function knownAs(lost: LostEntry, appliedSeq: number): KnownAs | null {
  if (isAdmittedByIngest(lost, appliedSeq)) return 'applied';
  return lost.isOwn && !lost.isPassedOver ? 'appended' : null;
}

function isAt(one: StreamPosition, { stream, originSeq }: StreamPosition): boolean {
  return one.stream === stream && one.originSeq === originSeq;
}
