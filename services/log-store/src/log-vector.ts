import {
  contiguousFrom,
  haveBesideHoles,
  type StreamId,
  type StreamPosition,
  type Vector,
  vectorAt,
} from '@shoal/core';
import type { Hole } from './store/hole-rows.ts';
import type { Store } from './store/open-store.ts';

/**
 * The vector of a log (LOG-2) and the local ids of its streams: what sync.db says of them, kept at hand. Changed only
 * within a transaction of the log; `reload` after one that failed.
 *
 * What was claimed before an entry was found damaged stays known: `have` ends before the lowest hole of a stream, and
 * goes on to `claimed` when the last one is filled (LOG-1).
 */
export class LogVector {
  readonly #store: Store;
  #claimed = new Map<StreamId, number>();
  #have = new Map<StreamId, number>();
  #holes: StreamPosition[] = [];
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
    return this.#claimed;
  }

  /** How many entries were found damaged and are not had again. */
  get holes(): number {
    return this.#holes.length;
  }

  get streamById(): ReadonlyMap<number, StreamId> {
    return this.#streamById;
  }

  /** Whether the log has, or has superseded, the entry at a position. */
  has({ stream, originSeq }: StreamPosition): boolean {
    if (originSeq > vectorAt(this.#claimed, stream)) return false;
    return !this.#holes.some((hole) => hole.stream === stream && hole.originSeq === originSeq);
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

  /** Moves `have` up to `originSeq`, and on over what is stored without a hole behind it, as of `headSeq`. */
  advance(stream: StreamId, originSeq: number, headSeq: number): void {
    const id = this.idOf(stream);
    // Who claims that much gave all that is left of it (REP-2).
    if (this.holes > 0) this.#store.holes.fillUpTo({ streamId: id, originSeq });
    const before = vectorAt(this.#claimed, stream);
    const least = Math.max(before, originSeq);
    const claimed = contiguousFrom(least, this.#store.entries.positionsBeyond(id, least));
    if (claimed !== before) {
      this.#claimed.set(stream, claimed);
      this.#store.streams.setHave({ id, stream, have: claimed });
      // A group that is whole but for what was damaged since is not waited for (REP-8).
      this.#store.groups.complete(id, claimed);
    }
    this.#settle(stream, headSeq);
  }

  /** An entry was stored where one was lost (LOG-1). */
  fill(stream: StreamId, originSeq: number): void {
    if (this.holes > 0) this.#store.holes.fill({ streamId: this.idOf(stream), originSeq });
  }

  /** The entry is had no more: it was damaged. `appliedSeq`: what ingest has applied of it stays applied (LOG-2). */
  lose(hole: Hole, at: { readonly isKnown: boolean; readonly appliedSeq: number; readonly headSeq: number }) {
    const stream = this.#streamById.get(hole.streamId)!;
    // Also beyond what is claimed: it may have replaced what is, and until it is back that is claimed to nobody.
    this.#store.holes.add(hole, at.isKnown);
    this.#store.streams.takeBack(hole.streamId, hole.originSeq, at.appliedSeq);
    this.#readHoles();
    this.#settle(stream, at.headSeq);
  }

  /** The library has appended again what was lost of what it knows (REP-6). */
  fillKnown(headSeq: number): void {
    const streams = new Set(this.#holes.map(({ stream }) => stream));
    this.#store.holes.fillKnown();
    for (const stream of streams) this.#settle(stream, headSeq);
  }

  reload(): void {
    const streams = this.#store.streams.all();
    this.#claimed = new Map(streams.filter(({ have }) => have > 0).map(({ stream, have }) => [stream, have]));
    this.#idByStream = new Map(streams.map(({ stream, id }) => [stream, id]));
    this.#streamById = new Map(streams.map(({ stream, id }) => [id, stream]));
    this.#readHoles();
    this.#have = new Map(haveBesideHoles(this.#claimed, this.#holes));
  }

  /** Takes over into `have` what is claimed beside the holes, as of `headSeq`. */
  #settle(stream: StreamId, headSeq: number): void {
    if (this.holes > 0) this.#readHoles();
    const claimed = new Map([[stream, vectorAt(this.#claimed, stream)]]);
    const have = vectorAt(haveBesideHoles(claimed, this.#holes), stream);
    if (have === vectorAt(this.#have, stream)) return;
    if (have === 0) this.#have.delete(stream);
    else this.#have.set(stream, have);
    this.#store.streams.advance(this.idOf(stream), have, headSeq);
  }

  #readHoles(): void {
    this.#holes = this.#store.holes.all().map(({ streamId, originSeq }) => ({
      stream: this.#streamById.get(streamId)!,
      originSeq,
    }));
  }
}
