import { contiguousFrom, type StreamId, type Vector, vectorAt } from '@shoal/core';
import type { Store } from './store/open-store.ts';

/**
 * The vector of a log (LOG-2) and the local ids of its streams: what sync.db says of them, kept at hand. Changed only
 * within a transaction of the log; `reload` after one that failed.
 */
export class LogVector {
  readonly #store: Store;
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

  get streamById(): ReadonlyMap<number, StreamId> {
    return this.#streamById;
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
    const before = vectorAt(this.#have, stream);
    const claimed = Math.max(before, originSeq);
    const id = this.idOf(stream);
    const have = contiguousFrom(claimed, this.#store.entries.positionsBeyond(id, claimed));
    if (have === before) return;
    this.#have.set(stream, have);
    this.#store.streams.advance(id, have, headSeq);
    this.#store.groups.complete(id, have);
  }

  reload(): void {
    const streams = this.#store.streams.all();
    this.#have = new Map(streams.filter(({ have }) => have > 0).map(({ stream, have }) => [stream, have]));
    this.#idByStream = new Map(streams.map(({ stream, id }) => [stream, id]));
    this.#streamById = new Map(streams.map(({ stream, id }) => [id, stream]));
  }
}
