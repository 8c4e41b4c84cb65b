import type { Ack, DeviceId, LogId, LogSighting, RecordRef, StreamId, Vector } from '@shoal/core';
import type { Change, Entry } from './entry.ts';
import type { LogContent } from './log-content.ts';

/**
 * The twin of a device's sync.db: the rules of the log-store's shell over values instead of tables. Each method is
 * one transaction; `commit` puts its result in place, or throws as a disk does, and then nothing has changed.
 */
export interface LogFile {
  readonly content: LogContent;
  readonly readableSeq: number;
  /** A start of the log-store, which numbers in a stream of its own (REP-6). */
  begin(life: StreamId): void;
  /** Takes a new id if it lacks what was seen of it; answers whether it did (REP-6). */
  recognise(sightings: Sightings): boolean;
  /** Takes a new id if a peer has more of this device's streams than its own log; answers whether it did (REP-6). */
  compareOwn(device: DeviceId, theirs: Vector): boolean;
  /** Appends a group in a stream; answers what it took (CHG-8, DEP-1, REP-8). */
  append(stream: StreamId, group: readonly Change[]): Entry[];
  /** What was appended up to here was not written in this device's library. */
  disown(): void;
  /** Stores entries of others, claims what is contiguous; answers how many were new (LOG-1, LOG-2). */
  store(entries: readonly Entry[]): number;
  /** Stores what was asked for by record; nothing waits for its group, a hole before it stays one (DEP-4, LOG-2). */
  storeAsked(entries: readonly Entry[]): number;
  /** What another device needs of some records (DEP-4). */
  ofRecords(refs: readonly RecordRef[]): Entry[];
  /** Merges what a finished round brought (REP-2). */
  claim(vector: Vector): void;
  /** Where the first group begins that ingest waits for; null where it waits for none (REP-8). */
  firstOpenSeq(): number | null;
  /** Gives up waiting for the groups that begin up to there. */
  releaseGroups(seq: number): void;
  /** Ingest has applied up to there, but for the exceptions (LOG-3). Throws for another log, or for more than there is. */
  acknowledge(logId: LogId, appliedSeq: number, exceptions: ReadonlySet<string>): void;
  /** A member says what it has applied; on a hub something may go by it (LOG-3). */
  hearAck(ack: Ack): void;
  /** What the device has applied, by the last word of its ingest (LOG-2). */
  appliedVector(): Vector;
  /** Up to where it has something of each stream to give, also beyond what it has without a gap (REP-3). */
  offered(): Vector;
  /** The running hash at an entry; undefined where it is not there. */
  chainAt(seq: number): string | undefined;
  /** Takes away entries that are not what was stored, and takes a new id; answers whether there were any (LOG-1). */
  setAsideDamaged(): boolean;
  /** The library has appended again all that it knows, to the log of that id (REP-6). */
  declareWhole(logId: LogId): void;
  /** Removes what is superseded (LOG-3, LOG-4); answers how many went. */
  compact(): number;
}

/** What a library remembers of the log: where its ingest read it, and where the relay appended to it (REP-6). */
export interface Sightings {
  readonly read: LogSighting | null;
  readonly append: LogSighting | null;
}
