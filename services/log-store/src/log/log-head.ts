import { type GroupedEntry, type StreamId, type Vector, vectorAt } from '@shoal/core';
import type { EntryPosition, ParsedEntry, PositionedEntry } from '@shoal/proto';
import { predecessorBytes } from '../store/entry-rows.ts';
import type { LogRow } from '../store/log-row.ts';
import type { Store } from '../store/open-store.ts';
import { nextChain, pullProof } from './chain.ts';
import { givenProofs } from './given-proofs.ts';
import { LogGroups } from './log-groups.ts';
import type { LogVector } from './log-vector.ts';

/**
 * Where a log grows: gives the next seqs, keeps the running hash and the groups that are there in part (LOG-1, REP-2,
 * REP-8). Changed only within a transaction of the log; `reload` after one that failed.
 */
export class LogHead {
  readonly #store: Store;
  readonly #vector: LogVector;
  readonly #life: StreamId;
  readonly #groups: LogGroups;
  readonly #givenProofs = givenProofs();
  #seq = 0;
  #chain: Buffer = Buffer.alloc(0);
  #ownStream: StreamId | null = null;

  constructor(store: Store, vector: LogVector, life: StreamId) {
    this.#store = store;
    this.#vector = vector;
    this.#life = life;
    this.#groups = new LogGroups(store, vector);
  }

  /** The last seq given; 0 in an empty log. */
  get seq(): number {
    return this.#seq;
  }

  /** The last seq that may be read without cutting a group (REP-8). */
  get readableSeq(): number {
    return this.#groups.readableSeq(this.#seq);
  }

  /** Where the first group begins that is there in part; null: none is (REP-8). */
  get firstOpenSeq(): number | null {
    return this.#groups.firstOpenSeq();
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
    const added = this.#add(entries);
    this.#groups.plan(added);
    return added.length;
  }

  /** The same for entries that stand for themselves. */
  addSingly(entries: readonly PositionedEntry[]): number {
    const added = this.#add(entries);
    this.#groups.plan([]);
    return added.length;
  }

  /** Claims what a finished round brought; what it left of groups is read as it is (REP-2, REP-8). */
  claim(claimed: Vector): void {
    for (const [stream, originSeq] of claimed) this.#vector.advance(stream, originSeq, this.#seq);
    this.#groups.plan([]);
    this.releaseGroups(this.#seq);
  }

  /** The groups that are there in part and begin at or below `seq` are read as they are (REP-8). */
  releaseGroups(seq: number): void {
    this.#groups.release(seq);
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
    this.#groups.reload();
  }

  #ownPosition(originSeq: number, groupFirst: number, groupLast: number): EntryPosition {
    const before = originSeq === 1 ? this.#ownStream : null;
    const predecessor = before && { stream: before, lastOriginSeq: vectorAt(this.#vector.claimed, before) };
    return { stream: this.#life, originSeq, groupFirst, groupLast, predecessor };
  }

  #add(entries: readonly PositionedEntry[]): GroupedEntry[] {
    const added = this.#store.entries.together(() => this.#addRows(entries));
    if (added.length === 0) return added;
    this.#store.log.setHead(this.#seq, this.#chain);
    for (const stream of new Set(added.map((each) => each.stream))) {
      this.#vector.advance(stream, 0, this.#seq);
    }
    if (this.#ownStream !== this.#life && this.#vector.claimed.has(this.#life)) {
      this.#store.log.setOwnStream(this.#life);
      this.#ownStream = this.#life;
    }
    return added;
  }

  #addRows(entries: readonly PositionedEntry[]): GroupedEntry[] {
    const added: GroupedEntry[] = [];
    const lastById = new Map<number, number>();
    for (const entry of entries) {
      const { stream, originSeq, groupLast } = entry.position;
      const seq = this.#seq + 1;
      const chain = nextChain(this.#chain, entry.position);
      const streamId = this.#vector.idOf(stream);
      const last = lastById.get(streamId) ?? this.#store.entries.lastOriginSeq(streamId);
      lastById.set(streamId, Math.max(last, originSeq));
      if (!this.#store.entries.add({ seq, streamId, chain, entry, isBeyond: originSeq > last })) continue;
      const predecessor = predecessorBytes(entry);
      if (predecessor !== null) this.#store.streams.setPredecessor(streamId, predecessor);
      this.#vector.fill(entry.position, seq);
      this.#seq = seq;
      this.#chain = chain;
      added.push({ seq, stream, originSeq, groupLast });
    }
    return added;
  }

  #chainBefore(seq: number): Buffer | undefined {
    return seq === 0 ? Buffer.alloc(this.#chain.length) : this.#store.entries.chainAt(seq);
  }
}
