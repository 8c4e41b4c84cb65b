import {
  claimUpTo,
  emptyVector,
  fillHole,
  fillKnownHoles,
  forgetHoles,
  type HoledVector,
  hasPosition,
  haveAt,
  haveBesideHoles,
  isInDoubt,
  type KnownAs,
  type LostEntry,
  loseEntry,
  type StreamId,
  type StreamPosition,
  stillAppliedSeq,
  type Vector,
  vectorAt,
} from '@shoal/core';
import type { Store } from '../store/open-store.ts';

/**
 * The vector of a log (LOG-2) and the local ids of its streams: what sync.db says of them, kept at hand. Changed only
 * within a transaction of the log; `reload` after one that failed. What holes do to it is core's to say (LOG-1).
 */
export class LogVector {
  readonly #store: Store;
  #vector: HoledVector = { claimed: new Map(), holes: [], assured: emptyVector };
  #have = new Map<StreamId, number>();
  #idByStream = new Map<StreamId, number>();
  #streamById = new Map<number, StreamId>();

  constructor(store: Store) {
    this.#store = store;
    this.reload();
  }

  get have(): Vector {
    return this.#have;
  }

  /** What the log has or had: numbers up to there were given, or came. */
  get claimed(): Vector {
    return this.#vector.claimed;
  }

  /** How many entries were found damaged and are not had again. */
  get holes(): number {
    return this.#vector.holes.length;
  }

  get streamById(): ReadonlyMap<number, StreamId> {
    return this.#streamById;
  }

  /** Whether the log has, or has superseded, the entry at a position. */
  has(position: StreamPosition): boolean {
    return hasPosition(this.#vector, position);
  }

  /** The local id of a stream, which may be new to the log. */
  idOf(stream: StreamId): number {
    const known = this.#idByStream.get(stream);
    if (known !== undefined) return known;
    const id = this.#store.streams.add(stream);
    this.#idByStream.set(stream, id);
    this.#streamById.set(id, stream);
    return id;
  }

  /** Up to where there is something of each stream to give, also beyond what is had without a gap (REP-3). */
  offered(): Vector {
    const offered = new Map(this.claimed);
    for (const [id, stream] of this.#streamById) {
      const last = this.#store.entries.lastOriginSeq(id);
      if (last > vectorAt(offered, stream)) offered.set(stream, last);
    }
    return offered;
  }

  /** Moves `have` up to `originSeq`, and on over what is stored without a hole behind it, as of `headSeq`. */
  advance(stream: StreamId, originSeq: number, headSeq: number): void {
    const id = this.idOf(stream);
    const storedBeyond = (after: number) => this.#store.entries.positionsBeyond(id, after);
    this.#become(claimUpTo(this.#vector, { stream, originSeq }, storedBeyond), headSeq, [stream]);
  }

  /** An entry was stored where one was lost (LOG-1); `advance` is to follow. */
  fill(position: StreamPosition, headSeq: number): void {
    if (this.holes > 0) this.#become(fillHole(this.#vector, position), headSeq, []);
  }

  /** The entry is had no more: it was damaged. `appliedSeq`: what ingest has applied stays applied (LOG-2). */
  lose(
    lost: LostEntry,
    at: { readonly appliedSeq: number; readonly knownSeq: number; readonly headSeq: number },
  ): void {
    const { stream, originSeq } = lost;
    this.#store.streams.takeBack(this.idOf(stream), originSeq, stillAppliedSeq(lost, at.appliedSeq));
    this.#become(loseEntry(this.#vector, lost, at.knownSeq), at.headSeq, [stream]);
  }

  /** The library has appended again what was lost of what it knows (REP-6). */
  fillKnown(headSeq: number): void {
    const streams = new Set(this.#vector.holes.map(({ stream }) => stream));
    this.#become(fillKnownHoles(this.#vector), headSeq, streams);
  }

  /** The library went back: only peers fill what is lost now (REP-6). */
  forgetHoles(forgotten: readonly KnownAs[], headSeq: number): void {
    this.#become(forgetHoles(this.#vector, forgotten), headSeq, []);
  }

  reload(): void {
    const streams = this.#store.streams.all();
    this.#idByStream = new Map(streams.map(({ stream, id }) => [stream, id]));
    this.#streamById = new Map(streams.map(({ stream, id }) => [id, stream]));
    const claimed = new Map(streams.filter(({ have }) => have > 0).map(({ stream, have }) => [stream, have]));
    const holes = this.#store.holes.all(this.#streamById);
    this.#vector = { claimed, holes, assured: this.#store.assured.all(this.#streamById) };
    this.#have = new Map(haveBesideHoles(this.#vector));
  }

  /** Takes over what changed in these streams, in all where a doubt came or went, and `have` with it, as of `headSeq`. */
  #become(vector: HoledVector, headSeq: number, streams: Iterable<StreamId>): void {
    const before = this.#vector;
    const isAnew = before.assured !== vector.assured && vector.assured.size === 0;
    const isInAll = isAnew || isInDoubt(before) !== isInDoubt(vector);
    this.#keep(vector);
    for (const stream of isInAll ? vector.claimed.keys() : streams) {
      const have = haveAt(vector, stream);
      if (have === vectorAt(this.#have, stream)) continue;
      if (have === 0) this.#have.delete(stream);
      else this.#have.set(stream, have);
      this.#store.streams.advance(this.idOf(stream), have, headSeq);
    }
  }

  #keep(vector: HoledVector): void {
    const { claimed, holes, assured } = this.#vector;
    this.#vector = vector;
    this.#keepAssured(assured);
    for (const hole of holes) {
      if (!vector.holes.includes(hole)) this.#store.holes.remove(this.#placeOf(hole));
    }
    for (const hole of vector.holes) {
      if (!holes.includes(hole)) this.#store.holes.add(this.#placeOf(hole), hole.known);
    }
    if (claimed === vector.claimed) return;
    for (const [stream, have] of vector.claimed) {
      if (have === vectorAt(claimed, stream)) continue;
      const id = this.idOf(stream);
      this.#store.streams.setHave({ id, stream, have });
    }
  }

  #keepAssured(before: Vector): void {
    const { assured } = this.#vector;
    if (assured === before) return;
    if (assured.size === 0) this.#store.assured.clear();
    for (const [stream, originSeq] of assured) {
      if (originSeq !== vectorAt(before, stream)) this.#store.assured.set(this.idOf(stream), originSeq);
    }
  }

  #placeOf({ stream, originSeq }: StreamPosition) {
    return { streamId: this.idOf(stream), originSeq };
  }
}
