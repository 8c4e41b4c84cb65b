import {
  type Ack,
  type DeviceId,
  type LibraryId,
  type LogId,
  type LogSighting,
  type StreamId,
  type Vector,
  vectorAt,
} from '@shoal/core';
import type { ParsedEntry, PositionedEntry } from '@shoal/proto';
import { durableStep } from '@shoal/telemetry';
import type { BackfillRows } from '../store/backfill-rows.ts';
import type { EntryRow, EntryRows } from '../store/entry-rows.ts';
import { openStore, type Store } from '../store/open-store.ts';
import { type Acknowledgement, refuse } from './acknowledgement.ts';
import { planAppend } from './append.ts';
import { LogAcks } from './log-acks.ts';
import { LogApplied } from './log-applied.ts';
import { type CompactionDone, LogCompaction } from './log-compaction.ts';
import { LogHead } from './log-head.ts';
import { LogIdentity } from './log-identity.ts';
import { LogVector } from './log-vector.ts';

export interface SyncLogOptions {
  readonly path: string;
  readonly libraryId: LibraryId;
  /** The stream of this start: what is appended now is numbered in it (REP-6). */
  readonly life: StreamId;
  /** A hub has no key and no ingest: it keeps what others write, and lets go by their word (LOG-3). */
  readonly role?: LogRole;
  /** The file was found to be damaged beyond single entries (LOG-1): told from within what found it. */
  readonly onDamaged?: (error: unknown) => void;
  /** Told what was stored of others, and since when it was being stored (Unix ms). */
  readonly onStored?: (entries: readonly PositionedEntry[], sinceMs: number) => void;
}

/** Whose log it is. */
export type LogRole = 'member' | 'hub';

/**
 * The log of one library: sync.db, which belongs to this object alone while it is open. Each method that changes
 * something is one transaction, durable when it returns; when it throws, nothing has changed.
 */
export class SyncLog {
  readonly libraryId: LibraryId;
  readonly life: StreamId;
  readonly entries: EntryRows;
  /** The job of catching up, and the rounds under way. */
  readonly backfill: BackfillRows;
  readonly #store: Store;
  readonly #identity: LogIdentity;
  readonly #vector: LogVector;
  readonly #applied: LogApplied;
  readonly #acks: LogAcks;
  readonly #role: LogRole;
  readonly #onStored: SyncLogOptions['onStored'];
  readonly #compaction: LogCompaction;
  readonly #head: LogHead;
  /** Kept at hand, and counted again when a transaction failed. */
  #count = 0;

  constructor({ path, libraryId, life, role = 'member', onDamaged, onStored }: SyncLogOptions) {
    this.libraryId = libraryId;
    this.life = life;
    this.#role = role;
    this.#onStored = onStored;
    this.#store = openStore(path, libraryId, onDamaged);
    this.entries = this.#store.entries;
    this.backfill = this.#store.backfill;
    try {
      this.#identity = new LogIdentity(this.#store, life);
      this.#vector = new LogVector(this.#store);
      this.#head = new LogHead(this.#store, this.#vector, life);
      this.#applied = new LogApplied(this.#store);
      this.#acks = new LogAcks(this.#store);
      this.#compaction = new LogCompaction(this.#store);
      this.#reload();
    } catch (error) {
      this.#store.close();
      throw error;
    }
  }

  get logId(): LogId {
    return this.#identity.logId;
  }

  /** The last seq given; 0 in an empty log. */
  get headSeq(): number {
    return this.#head.seq;
  }

  /** Up to where ingest has applied, by its last word (LOG-3). A hub has nothing to apply. */
  get appliedSeq(): number {
    return this.#role === 'hub' ? this.readableSeq : this.#applied.seq;
  }

  /** Up to where entries are known to open, by what this device's ingest has applied (LOG-3): nowhere on a hub. */
  get admittedSeq(): number {
    return this.#role === 'hub' ? 0 : this.#applied.seq;
  }

  /** How many entries lie in the log. */
  get count(): number {
    return this.#count;
  }

  /** What the log has now (LOG-2). Changes with the log: copy what must stay. */
  get have(): Vector {
    return this.#vector.have;
  }

  /** Up to where it has something of each stream to give, also beyond what it has without a gap (REP-3). */
  offered(): Vector {
    return this.#vector.offered();
  }

  /** The last seq that ingest may read: a group that is there in part waits, and what lies among such (REP-8). */
  get readableSeq(): number {
    return this.#head.readableSeq;
  }

  /** Where the first group begins that is there in part; null: none is (REP-8). */
  get firstOpenSeq(): number | null {
    return this.#head.firstOpenSeq;
  }

  /** Where the last entry of a row's group lies in the log (REP-8). */
  lastSeqOfGroup({ streamId, groupFirst, groupLast }: EntryRow): number {
    return this.#store.groups.lastSeqOf({ streamId, first: groupFirst, last: groupLast });
  }

  /** Streams that the log knows, by the id that rows carry. */
  get streamById(): ReadonlyMap<number, StreamId> {
    return this.#vector.streamById;
  }

  /**
   * Appends a group of changes that this device relays: in dependency order, without what is covered already, with
   * numbers of this life's stream and their range as the group's (CHG-1, CHG-8, DEP-1, REP-8). Answers what it took.
   */
  append(group: readonly ParsedEntry[]): PositionedEntry[] {
    return this.#adding(group, () => {
      const plan = planAppend(group, this.entries.headVersions);
      if (plan.length === 0) return [];
      const appended = this.#head.numbered(plan);
      this.#count += this.#head.addGroups(appended);
      this.#applied.appended({ logId: this.logId, seq: this.headSeq });
      durableStep('append.before-commit');
      return appended;
    });
  }

  /**
   * Stores entries of other log-stores; what is claimed or stored already is passed over. Claims what is contiguous.
   * Answers how many were new.
   */
  store(entries: readonly PositionedEntry[]): number {
    const isNew = ({ position }: PositionedEntry) => !this.#vector.has(position);
    const news = entries.filter(isNew);
    if (news.length === 0) return 0;
    const sinceMs = Date.now();
    const stored = this.#adding(news, () => {
      const added = this.#head.addGroups(news);
      this.#count += added;
      durableStep('store.before-commit');
      return added;
    });
    durableStep('store.after-commit');
    this.#onStored?.(news, sinceMs);
    return stored;
  }

  /**
   * Stores entries that were asked for by their record, also at positions that are claimed: there the log lost them, or
   * let them go (DEP-4). They stand for themselves: nothing waits for their group, and a hole before them stays one
   * (LOG-2). Answers how many were new.
   */
  storeAsked(entries: readonly PositionedEntry[]): number {
    if (entries.length === 0) return 0;
    return this.#transaction(() => {
      const added = this.#head.addSingly(entries);
      this.#count += added;
      return added;
    });
  }

  /** Merges what a finished round brought; what it left of groups is read as it is (REP-2, REP-8). */
  claim(vector: Vector): void {
    this.#transaction(() => this.#head.claim(vector));
  }

  /** Lets ingest read groups that are still open and begin at or below `seq` (REP-8). */
  releaseGroups(seq: number): void {
    this.#transaction(() => this.#head.releaseGroups(seq));
  }

  /**
   * Ingest has applied everything up to `appliedSeq`, but for the exceptions (LOG-3). Throws `invalid-argument` for
   * another log and for exceptions that leave a part out; also for more than there is: then this file went back, and
   * the log takes a new id, so that ingest follows it from its beginning instead of passing over what gets the same
   * seqs again (REP-6).
   */
  acknowledge(ack: Acknowledgement): void {
    if (ack.logId !== this.logId) refuse('log_id', this.logId, ack.logId);
    if (ack.appliedSeq > this.headSeq) {
      this.#renew();
      refuse('applied_seq', `at most ${this.headSeq}`, `${ack.appliedSeq}`);
    }
    if (!this.#applied.isNews(ack)) return;
    this.#transaction(() => {
      const changedSeq = this.#applied.take(ack);
      this.#compaction.lookAgainFrom(changedSeq);
      durableStep('acknowledge.before-commit');
    });
    durableStep('acknowledge.after-commit');
  }

  /** The vector of what ingest has applied (LOG-2). */
  appliedVector(): Vector {
    return this.#applied.vector();
  }

  /** The device's own statement of what it has applied; null: it has nothing to say (LOG-3). */
  ack(device: DeviceId): Ack | null {
    const [applied, exceptions] = [this.appliedVector(), this.#applied.exceptions()];
    if (applied.size === 0 || exceptions === null) return null;
    const { logId, life } = this;
    const originSeq = vectorAt(this.#vector.claimed, life);
    return { device, logId, stream: life, originSeq, applied, exceptions };
  }

  /** Takes in what a member says to have applied; on a hub something may go by it (LOG-3). */
  hearAck(ack: Ack): void {
    if (this.#role !== 'hub' || !this.#acks.isNews(ack, this.have)) return;
    this.#transaction(() => {
      this.#compaction.lookAgainFrom(this.#acks.take(ack, this.#vector));
      this.#store.streams.forgetBefore(this.headSeq);
    });
  }

  /**
   * Removes some of what is superseded, at most one step of it (LOG-3, LOG-4). Damaged entries that it meets are set
   * aside instead.
   */
  compact(): CompactionDone {
    const admission = this.#role === 'hub' ? this.#acks.admission(this.headSeq) : this.#applied.admission();
    const done = this.#compaction.step(admission, (work) => this.#transaction(work));
    this.#count -= done.removed;
    this.setAside(done.damagedSeqs);
    return done;
  }

  /** How many entries were found damaged and are not had again: meanwhile the log claims nothing to others (LOG-1). */
  get holes(): number {
    return this.#vector.holes;
  }

  /**
   * Takes away entries that are not what was stored (LOG-1): the log has them no more, and takes a new id, as one that
   * went back in part. So rounds under way claim nothing by it, ingest follows it anew and meets what comes instead, and
   * the library appends again what it knows and nobody gives (REP-6).
   */
  setAside(seqs: readonly number[]): void {
    if (seqs.length === 0) return;
    this.#transaction(() => {
      const { headSeq } = this;
      const { seq: appliedSeq, knownSeq } = this.#applied;
      for (const seq of seqs) {
        const { streamId, originSeq } = this.entries.remove(seq);
        const stream = this.streamById.get(streamId)!;
        const isPassedOver = this.#applied.isPassedOver(seq);
        const isOwn = this.#applied.isKnownAsAppended(this.#identity.lives, { stream, seq });
        this.#vector.lose({ stream, originSeq, seq, isPassedOver, isOwn }, { appliedSeq, knownSeq, headSeq });
      }
      this.#beginAnew();
    });
    this.#reload();
  }

  /** The library has appended again all that it knows, to the log of that id (REP-6). */
  declareWhole(logId: LogId): void {
    if (logId !== this.logId || this.holes === 0) return;
    this.#transaction(() => this.#vector.fillKnown(this.headSeq));
  }

  /**
   * Ingest says where it `read` the log last, null: nowhere. If that is behind what it said before, the library went back,
   * and may have forgotten what is lost here: only peers give that back then (LOG-1, REP-6).
   */
  hearRead(read: LogSighting | null): void {
    const { logId, headSeq } = this;
    const known = this.#applied.knownAfterReading({ logId, headSeq }, read);
    if (known === null) return;
    this.#transaction(() => {
      this.#vector.forgetHoles(['applied', 'appended'], headSeq);
      this.#applied.libraryWentBack(known, read?.logId === logId ? Math.min(read.seq, headSeq) : 0);
    });
  }

  /**
   * The library says where it appended last, null: nowhere. If that is behind what it did append, it went back, and may
   * have forgotten what it wrote since (LOG-1, REP-6).
   */
  hearAppend(appended: LogSighting | null): void {
    const known = this.#applied.knownAfterAppend(this.headSeq, appended);
    if (known === null) return;
    this.#transaction(() => {
      this.#vector.forgetHoles(['appended'], this.headSeq);
      this.#applied.libraryForgot(known);
    });
  }

  /** Takes a new id if it lacks what was seen of it (REP-6); answers whether it did. Sightings of others say nothing. */
  recognise(sightings: readonly LogSighting[]): boolean {
    const hasGoneBack = this.#identity.lacks(sightings, this.headSeq);
    if (hasGoneBack) this.#renew();
    return hasGoneBack;
  }

  /** Takes a new id if a peer knows more of a stream of this device than its own log (REP-6); answers whether it did. */
  compareOwn(theirs: Vector): boolean {
    const hasGoneBack = this.#identity.lacksOwn(this.life, theirs, this.#vector.claimed);
    if (hasGoneBack) this.#renew();
    return hasGoneBack;
  }

  /** What a pull shows to go on behind `seq`; undefined where the log cannot tell (REP-2). */
  proofAt(seq: number): Buffer | undefined {
    return this.#head.proofAt(seq);
  }

  /** The proof for `seq`, which the log can tell; remembered for a while, also when the entry there goes (LOG-4). */
  giveProof(seq: number): Buffer {
    return this.#head.giveProof(seq);
  }

  close(): void {
    this.#store.close();
  }

  #renew(): void {
    this.#transaction(() => {
      this.#applied.logWentBack(this.headSeq);
      this.#beginAnew();
    });
    this.#reload();
  }

  #beginAnew(): void {
    this.#applied.forget();
    this.#identity.renew();
  }

  #adding<T>(entries: readonly ParsedEntry[], work: () => T): T {
    const records = entries.map(({ header }) => header.recordId);
    return this.#transaction(() => this.entries.adding(records, work));
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
    this.#vector.reload();
    this.#identity.reload(row);
    this.#head.reload(row);
    this.#applied.reload(row);
    this.#acks.reload();
    this.#compaction.reload(row);
    this.#count = this.entries.count();
  }
}
