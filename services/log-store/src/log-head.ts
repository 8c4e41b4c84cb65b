import { type GroupMark, openGroups, type StreamId, vectorAt } from '@shoal/core';
import type { EntryPosition, ParsedEntry, PositionedEntry } from '@shoal/proto';
import { nextChain, pullProof } from './chain.ts';
import { givenProofs } from './given-proofs.ts';
import type { LogVector } from './log-vector.ts';
import { predecessorBytes } from './store/entry-rows.ts';
import type { LogRow } from './store/log-row.ts';
import type { Store } from './store/open-store.ts';

/** Where an entry was added. */
type Mark = GroupMark & { readonly originSeq: number };

/**
 * Where a log grows: gives the next seqs, keeps the running hash and the groups that are there in part (LOG-1, REP-2,
 * REP-8). Changed only within a transaction of the log; `reload` after one that failed.
 */
export class LogHead {
  readonly #store: Store;
  readonly #vector: LogVector;
  readonly #life: StreamId;
  readonly #givenProofs = givenProofs();
  #seq = 0;
  #chain: Buffer = Buffer.alloc(0);
  #ownStream: StreamId | null = null;

  constructor(store: Store, vector: LogVector, life: StreamId) {
    this.#store = store;
    this.#vector = vector;
    this.#life = life;
  }

  /** The last seq given; 0 in an empty log. */
  get seq(): number {
    return this.#seq;
  }

  /** The last seq below the first entry of a group that is there in part (REP-8). */
  get readableSeq(): number {
    const lowest = this.#store.groups.lowest();
    return lowest === null ? this.#seq : Math.min(this.#seq, lowest - 1);
  }

  /** Changes with the next numbers of this life's stream, as one group (CHG-1, REP-8). */
  numbered(group: readonly ParsedEntry[]): PositionedEntry[] {
    const groupFirst = vectorAt(this.#vector.claimed, this.#life) + 1;
    const groupLast = groupFirst + group.length - 1;
    return group.map((entry, at) => ({
      ...entry,
      position: this.#ownPosition(groupFirst + at, groupFirst, groupLast),
    }));
  }

  /** Adds what is not there yet, which others of its group may follow; answers how many that is. */
  addGroups(entries: readonly PositionedEntry[]): number {
    const marks = this.#add(entries);
    this.#noteGroups(marks);
    return marks.length;
  }

  /** The same for entries that stand for themselves. */
  addSingly(entries: readonly PositionedEntry[]): number {
    return this.#add(entries).length;
  }

  /** What a pull shows to go on behind `seq`; undefined where the log cannot tell (REP-2). */
  proofAt(seq: number): Buffer | undefined {
    const chain = seq === this.#seq ? this.#chain : this.#chainBefore(seq);
    return chain === undefined ? this.#givenProofs.at(seq) : pullProof(chain, this.#life);
  }

  /** The proof for `seq`, which the log can tell; remembered for a while, also when the entry there goes (LOG-4). */
  giveProof(seq: number): Buffer {
    const proof = this.proofAt(seq)!;
    this.#givenProofs.add(seq, proof);
    return proof;
  }

  reload({ headSeq, chain, ownStream }: LogRow): void {
    this.#seq = headSeq;
    this.#chain = chain;
    this.#ownStream = ownStream;
  }

  #ownPosition(originSeq: number, groupFirst: number, groupLast: number): EntryPosition {
    const before = originSeq === 1 ? this.#ownStream : null;
    const predecessor = before && { stream: before, lastOriginSeq: vectorAt(this.#vector.claimed, before) };
    return { stream: this.#life, originSeq, groupFirst, groupLast, predecessor };
  }

  #add(entries: readonly PositionedEntry[]): Mark[] {
    const marks: Mark[] = [];
    for (const entry of entries) {
      const { stream, originSeq, groupLast } = entry.position;
      const seq = this.#seq + 1;
      const chain = nextChain(this.#chain, entry.position);
      const streamId = this.#vector.idOf(stream);
      if (!this.#store.entries.add({ seq, streamId, chain, entry })) continue;
      const predecessor = predecessorBytes(entry);
      if (predecessor !== null) this.#store.streams.setPredecessor(streamId, predecessor);
      this.#vector.fill(stream, originSeq);
      this.#seq = seq;
      this.#chain = chain;
      marks.push({ seq, stream, originSeq, groupLast });
    }
    if (marks.length === 0) return marks;
    this.#store.log.setHead(this.#seq, this.#chain);
    for (const stream of new Set(marks.map((mark) => mark.stream))) {
      this.#vector.advance(stream, 0, this.#seq);
    }
    if (this.#ownStream !== this.#life && this.#vector.claimed.has(this.#life)) {
      this.#store.log.setOwnStream(this.#life);
      this.#ownStream = this.#life;
    }
    return marks;
  }

  /** Streams come in their order: what of a group is not there when its end is was superseded (REP-8). */
  #noteGroups(marks: readonly Mark[]): void {
    for (const group of openGroups(marks, this.#vector.claimed)) {
      this.#store.groups.open({ ...group, streamId: this.#vector.idOf(group.stream) });
    }
    const lastByStream = new Map(marks.map(({ stream, originSeq }) => [stream, originSeq]));
    for (const [stream, originSeq] of lastByStream) {
      this.#store.groups.complete(this.#vector.idOf(stream), originSeq);
    }
  }

  #chainBefore(seq: number): Buffer | undefined {
    return seq === 0 ? Buffer.alloc(this.#chain.length) : this.#store.entries.chainAt(seq);
  }
}
