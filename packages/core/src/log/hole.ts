import type { StreamId } from '../ids.ts';
import { isAdmittedByIngest } from './admission.ts';
import { claims, contiguousFrom, emptyVector, type StreamPosition, type Vector, vectorAt } from './vector.ts';

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
  /**
   * Up to where everything was given anew, or lies there, since an entry was lost that the library may not have. It may
   * never come back, and with it whatever had gone because it included that: so all of it is asked for again (LOG-1).
   */
  readonly assured: Vector;
}

/** Whether a loss may stand for others that are lacked, too. */
export function isInDoubt({ holes }: Pick<HoledVector, 'holes'>): boolean {
  return holes.some(({ known }) => known === null);
}

/**
 * What a log has of what it claimed, when entries of it were found damaged (LOG-1): each stream up to before its lowest
 * hole, and in doubt to where that is assured. Whatever it knows beyond stays claimed, and is had again when the holes are
 * filled; so numbers that were given are never given again, and what was superseded need not come anew.
 */
export function haveBesideHoles(vector: HoledVector): Vector {
  const have = new Map<StreamId, number>();
  for (const stream of vector.claimed.keys()) {
    const position = haveAt(vector, stream);
    if (position > 0) have.set(stream, position);
  }
  return have;
}

/** The same for one stream. */
export function haveAt(vector: HoledVector, stream: StreamId): number {
  const { claimed, holes, assured } = vector;
  const inStream = holes.filter((hole) => hole.stream === stream);
  const reached = isInDoubt(vector) ? vectorAt(assured, stream) : Number.POSITIVE_INFINITY;
  return Math.min(vectorAt(claimed, stream), reached, ...inStream.map(({ originSeq }) => originSeq - 1));
}

/**
 * What a log says to others that it has, as it serves them: nothing while it has holes, so that they take what it gives
 * and claim only what is contiguous. An entry that is lost may be the one for which others were let go, in any stream
 * (LOG-2, LOG-3).
 */
export function servedClaim(have: Vector, holes: number): Vector {
  return holes === 0 ? have : new Map();
}

/**
 * Whether a log has, or has superseded, what stands at a position, and so passes over what comes for it (LOG-1). In doubt
 * it looks whether that lies there.
 */
export function hasPosition(vector: HoledVector, position: StreamPosition): boolean {
  const { claimed, holes, assured } = vector;
  if (isInDoubt(vector) && !claims(assured, position)) return false;
  return claims(claimed, position) && !holes.some((hole) => isAt(hole, position));
}

/**
 * Claims a stream up to a position, of which somebody gave all that is left, holes included (REP-2); but for those that
 * the library knows how to fill: what stands for them there may stand where this log claims, too, and was let go for what
 * it lost. And on over what is stored without a gap behind it (LOG-2). `storedBeyond` answers the positions stored above one, ascending. A position
 * of 0 only goes on over what is stored.
 */
export function claimUpTo(
  vector: HoledVector,
  { stream, originSeq }: StreamPosition,
  storedBeyond: (originSeq: number) => Iterable<number>,
): HoledVector {
  const { claimed, holes, assured } = vector;
  const reaching = (known: Vector): Vector => {
    const before = vectorAt(known, stream);
    const least = Math.max(before, originSeq);
    const reached = contiguousFrom(least, storedBeyond(least));
    return reached === before ? known : new Map([...known, [stream, reached]]);
  };
  return {
    claimed: reaching(claimed),
    holes: holes.filter(
      (hole) => hole.stream !== stream || hole.originSeq > originSeq || hole.known !== null,
    ),
    assured: isInDoubt(vector) ? reaching(assured) : assured,
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
export function loseEntry(vector: HoledVector, lost: LostEntry, appliedSeq: number): HoledVector {
  const { stream, originSeq } = lost;
  const known = knownAs(lost, appliedSeq);
  const holes = [...vector.holes.filter((other) => !isAt(other, lost)), { stream, originSeq, known }];
  return { ...vector, holes, assured: known === null ? emptyVector : vector.assured };
}

/** The entry at a position was stored again. */
export function fillHole(vector: HoledVector, position: StreamPosition): HoledVector {
  return { ...vector, holes: vector.holes.filter((hole) => !isAt(hole, position)) };
}

/** The library has appended again all that it knows to the log (REP-6). */
export function fillKnownHoles(vector: HoledVector): HoledVector {
  return { ...vector, holes: vector.holes.filter(({ known }) => known === null) };
}

/** The library went back, and may have forgotten what it had (REP-6): only peers fill these holes. */
export function forgetHoles(vector: HoledVector, forgotten: readonly KnownAs[]): HoledVector {
  const isForgotten = ({ known }: Hole) => known !== null && forgotten.includes(known);
  if (!vector.holes.some(isForgotten)) return vector;
  const holes = vector.holes.map((hole) => (isForgotten(hole) ? { ...hole, known: null } : hole));
  return { ...vector, holes, assured: emptyVector };
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
