import {
  claims,
  contiguousFrom,
  type LibraryId,
  type LogId,
  openGroups,
  ShoalError,
  type StreamId,
  type Vector,
  vectorAt,
} from '@shoal/core';
import type { EntryPosition, ParsedEntry, PositionedEntry } from '@shoal/proto';
import { planAppend } from './append.ts';
import { nextChain, pullProof } from './chain.ts';
import type { EntryRows } from './store/entry-rows.ts';
import { openStore, type Store } from './store/open-store.ts';

export interface SyncLogOptions {
  readonly path: string;
  readonly libraryId: LibraryId;
  /** The stream of this start: what is appended now is numbered in it (REP-6). */
  readonly life: StreamId;
}

/**
 * The log of one library: sync.db, which belongs to this object alone while it is open. Each method that changes
 * something is one transaction, durable when it returns; when it throws, nothing has changed.
 */
export class SyncLog {
  readonly libraryId: LibraryId;
  readonly life: StreamId;
  readonly entries: EntryRows;
  readonly #store: Store;
  // What the file says, kept at hand; read again when a transaction failed.
  #logId!: LogId;
  #headSeq = 0;
  #chain: Buffer = Buffer.alloc(0);
  #appliedSeq = 0;
  #ownStream: StreamId | null = null;
  #count = 0;
  #have = new Map<StreamId, number>();
  #idByStream = new Map<StreamId, number>();
  #streamById = new Map<number, StreamId>();

  constructor({ path, libraryId, life }: SyncLogOptions) {
    this.libraryId = libraryId;
    this.life = life;
    this.#store = openStore(path, libraryId);
    this.entries = this.#store.entries;
    this.#reload();
  }

  get logId(): LogId {
    return this.#logId;
  }

  /** The last seq given; 0 in an empty log. */
  get headSeq(): number {
    return this.#headSeq;
  }

  /** Up to where ingest has applied, by its last word (LOG-3). */
  get appliedSeq(): number {
    return this.#appliedSeq;
  }

  /** How many entries lie in the log. */
  get count(): number {
    return this.#count;
  }

  /** What the log has now (LOG-2). Changes with the log: copy what must stay. */
  get have(): Vector {
    return this.#have;
  }

  /** The last seq that ingest may read: a group that is there in part waits (REP-8). */
  get readableSeq(): number {
    const lowest = this.#store.groups.lowest();
    return lowest === null ? this.#headSeq : Math.min(this.#headSeq, lowest - 1);
  }

  /** Streams that the log knows, by the id that rows carry. */
  get streamById(): ReadonlyMap<number, StreamId> {
    return this.#streamById;
  }

  /**
   * Appends a group of changes that this device relays: in dependency order, without what is covered already, with
   * numbers of this life's stream and their range as the group's (CHG-1, CHG-8, DEP-1, REP-8). Answers what it took.
   */
  append(group: readonly ParsedEntry[]): PositionedEntry[] {
    return this.#transaction(() => {
      const plan = planAppend(group, this.entries.headVersions);
      if (plan.length === 0) return [];
      const first = vectorAt(this.#have, this.life) + 1;
      const last = first + plan.length - 1;
      const appended = plan.map((entry, at) => ({
        ...entry,
        position: this.#ownPosition(first + at, first, last),
      }));
      this.#add(appended);
      return appended;
    });
  }

  /**
   * Stores entries of other log-stores; what is claimed or stored already is passed over. Claims what is contiguous.
   * Answers how many were new.
   */
  store(entries: readonly PositionedEntry[]): number {
    if (entries.every(({ position }) => claims(this.#have, position))) return 0;
    return this.#transaction(() =>
      this.#add(entries.filter(({ position }) => !claims(this.#have, position))),
    );
  }

  /** Merges what a finished round brought; what it left of groups is read as it is (REP-2, REP-8). */
  claim(vector: Vector): void {
    this.#transaction(() => {
      for (const [stream, originSeq] of vector) this.#advance(stream, originSeq);
      this.#store.groups.release(this.#headSeq);
    });
  }

  /** Lets ingest read groups that are still open and begin at or below `seq` (REP-8). */
  releaseGroups(seq: number): void {
    this.#transaction(() => this.#store.groups.release(seq));
  }

  /**
   * Ingest has applied everything up to `appliedSeq` of the log `logId` (LOG-3). Throws `invalid-argument` for another
   * log; also for more than there is: then this file went back, and the log takes a new id, so that ingest follows it
   * from its beginning instead of passing over what gets the same seqs again (REP-6).
   */
  acknowledge(logId: string, appliedSeq: number): void {
    if (logId !== this.#logId) refuse('log_id', this.#logId, logId);
    if (appliedSeq > this.#headSeq) {
      this.#transaction(() => this.#store.log.renew());
      this.#reload();
      refuse('applied_seq', `at most ${this.#headSeq}`, `${appliedSeq}`);
    }
    if (appliedSeq === this.#appliedSeq) return;
    this.#transaction(() => {
      this.#store.log.setApplied(appliedSeq);
      this.#store.streams.forgetBefore(appliedSeq);
      this.#appliedSeq = appliedSeq;
    });
  }

  /** The vector of what ingest has applied (LOG-2). */
  appliedVector(): Vector {
    return this.#store.streams.vectorAt(this.#appliedSeq);
  }

  /** What a pull shows to go on behind `seq`; undefined where the log cannot tell (REP-2). */
  proofAt(seq: number): Buffer | undefined {
    const chain = seq === this.#headSeq ? this.#chain : this.#chainBefore(seq);
    return chain === undefined ? undefined : pullProof(chain, this.life);
  }

  close(): void {
    this.#store.close();
  }

  #ownPosition(originSeq: number, groupFirst: number, groupLast: number): EntryPosition {
    const before = originSeq === 1 ? this.#ownStream : null;
    const predecessor = before && { stream: before, lastOriginSeq: vectorAt(this.#have, before) };
    return { stream: this.life, originSeq, groupFirst, groupLast, predecessor };
  }

  #add(entries: readonly PositionedEntry[]): number {
    const marks = [];
    for (const entry of entries) {
      const { stream, groupLast } = entry.position;
      const seq = this.#headSeq + 1;
      const chain = nextChain(this.#chain, entry.position);
      if (!this.entries.add({ seq, streamId: this.#idOf(stream), chain, entry })) continue;
      this.#headSeq = seq;
      this.#chain = chain;
      marks.push({ seq, stream, groupLast });
    }
    if (marks.length === 0) return 0;
    this.#count += marks.length;
    this.#store.log.setHead(this.#headSeq, this.#chain);
    for (const stream of new Set(marks.map((mark) => mark.stream))) this.#advance(stream, 0);
    for (const group of openGroups(marks, this.#have)) {
      this.#store.groups.open({ ...group, streamId: this.#idOf(group.stream) });
    }
    if (this.#ownStream !== this.life && this.#have.has(this.life)) {
      this.#store.log.setOwnStream(this.life);
      this.#ownStream = this.life;
    }
    return marks.length;
  }

  /** Moves `have` up to `originSeq`, and on over what is stored without a hole behind it (LOG-2). */
  #advance(stream: StreamId, originSeq: number): void {
    const before = vectorAt(this.#have, stream);
    const claimed = Math.max(before, originSeq);
    const id = this.#idOf(stream);
    const have = contiguousFrom(claimed, this.entries.positionsBeyond(id, claimed));
    if (have === before) return;
    this.#have.set(stream, have);
    this.#store.streams.advance(id, have, this.#headSeq);
    this.#store.groups.complete(id, have);
  }

  #idOf(stream: StreamId): number {
    const known = this.#idByStream.get(stream);
    if (known !== undefined) return known;
    const id = this.#store.streams.add(stream);
    this.#idByStream.set(stream, id);
    this.#streamById.set(id, stream);
    return id;
  }

  #chainBefore(seq: number): Buffer | undefined {
    return seq === 0 ? Buffer.alloc(this.#chain.length) : this.entries.chainAt(seq);
  }

  #transaction<T>(work: () => T): T {
    try {
      return this.#store.transaction(work);
    } catch (error) {
      this.#reload();
      throw error;
    }
  }

  #reload(): void {
    const row = this.#store.log.read();
    this.#logId = row.logId;
    this.#headSeq = row.headSeq;
    this.#chain = row.chain;
    this.#appliedSeq = row.appliedSeq;
    this.#ownStream = row.ownStream;
    this.#count = this.entries.count();
    const streams = this.#store.streams.all();
    this.#have = new Map(streams.filter(({ have }) => have > 0).map(({ stream, have }) => [stream, have]));
    this.#idByStream = new Map(streams.map(({ stream, id }) => [stream, id]));
    this.#streamById = new Map(streams.map(({ stream, id }) => [id, stream]));
  }
}

function refuse(field: string, expected: string, found: string): never {
  throw new ShoalError('invalid-argument', `"${field}": expected ${expected}, found ${found}`, { field });
}
