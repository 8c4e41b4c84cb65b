import {
  isAdmittedByIngest,
  isKnownAsAppended,
  knownAfterHearingAppend,
  knownAfterLibraryWentBack,
  knownAfterLogWentBack,
  knownAfterRenewal,
  type LibraryKnowledge,
  type LogLife,
  type LogSighting,
  limits,
  nothingKnown,
  type StreamId,
  type StreamPosition,
  type Vector,
} from '@shoal/core';
import type { LogRow } from '../store/log-row.ts';
import type { Store } from '../store/open-store.ts';
import { type Acknowledgement, refuse } from './acknowledgement.ts';
import type { Admission } from './compact.ts';

/**
 * How far the device's ingest has applied its log (LOG-2, LOG-3), by its last word: what sync.db says of that, kept at
 * hand. Changed only within a transaction of the log; `reload` after one that failed.
 */
export class LogApplied {
  readonly #store: Store;
  #seq = 0;
  #known: LibraryKnowledge = nothingKnown;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Everything up to here is applied, or among what ingest passed over. */
  get seq(): number {
    return this.#seq;
  }

  /** Up to where the library has all that was applied, under whatever id the log had (LOG-1). */
  get knownSeq(): number {
    return Math.max(this.#seq, this.#known.knownSeq);
  }

  /** Whether the library has what was appended here (LOG-1). */
  isKnownAsAppended(
    lives: readonly LogLife[],
    at: { readonly stream: StreamId; readonly seq: number },
  ): boolean {
    return isKnownAsAppended(this.#known, lives, at);
  }

  /** The vector of what is applied (LOG-2). */
  vector(): Vector {
    return this.#store.streams.vectorAt(this.#seq);
  }

  /** Where all that ingest passed over stands; null: there is more of it than one ack can say. */
  exceptions(): StreamPosition[] | null {
    const positions = this.#store.exceptions.positions(limits.ackExceptionsMax + 1);
    return positions.length > limits.ackExceptionsMax ? null : positions;
  }

  /** Whether ingest passed over an entry without applying it (LOG-3). */
  isPassedOver(seq: number): boolean {
    return this.#store.exceptions.has(seq);
  }

  /** By this device's own ingest (LOG-3). */
  admission(): Admission {
    const admit: Admission['admit'] = (ofRecord) =>
      ofRecord.map((entry) => ({ ...entry, isAdmitted: isAdmittedByIngest(entry, this.#seq) }));
    return { toSeq: this.#seq, admit };
  }

  /** Whether an acknowledgement says anything new. Throws `invalid-argument` for one that leaves a part out. */
  isNews({ appliedSeq, fromSeq }: Acknowledgement): boolean {
    if (fromSeq > this.#seq + 1) refuse('from_seq', `at most ${this.#seq + 1}`, `${fromSeq}`);
    return appliedSeq !== this.#seq || fromSeq <= appliedSeq;
  }

  /** Takes an acknowledgement in; answers from which seq on it changed what ingest passed over, else null. */
  take({ appliedSeq, fromSeq, exceptions }: Acknowledgement): number | null {
    const isChanged = this.#store.exceptions.replaceFrom(fromSeq, exceptions);
    if (appliedSeq < this.#seq) this.#store.streams.beginAnew(this.#seq);
    this.#store.log.setApplied(appliedSeq);
    this.#store.streams.forgetBefore(appliedSeq);
    this.#seq = appliedSeq;
    this.#known = this.#store.log.read().known;
    return isChanged ? fromSeq : null;
  }

  /** Nothing of the log counts as applied any more: it takes a new id (REP-6). */
  forget(): void {
    const firstException = this.#store.exceptions.first() ?? Number.POSITIVE_INFINITY;
    this.#setKnown(knownAfterRenewal(this.#known, { appliedSeq: this.#seq, firstException }));
    this.#store.streams.beginAnew(this.#seq);
    this.#store.exceptions.clear();
    this.#seq = 0;
  }

  /** The log went back: what it appended and lacks may be lost to the library, too (REP-6). */
  logWentBack(headSeq: number): void {
    this.#setKnown(knownAfterLogWentBack(this.#known, headSeq));
  }

  /** The file is another device's: of whose library nothing is known. */
  becomeOwn(headSeq: number): void {
    this.forget();
    this.#setKnown(knownAfterLogWentBack(nothingKnown, headSeq));
  }

  /** What becomes known when ingest says where it read last; null where the library did not go back (REP-6). */
  knownAfterReading(
    log: { readonly logId: LogSighting['logId']; readonly headSeq: number },
    read: LogSighting | null,
  ): LibraryKnowledge | null {
    return knownAfterLibraryWentBack(this.#known, log, read);
  }

  /** What becomes known when the library says where it appended last; null where it did not go back (REP-6). */
  knownAfterAppend(headSeq: number, appended: LogSighting | null): LibraryKnowledge | null {
    return knownAfterHearingAppend(this.#known, headSeq, appended);
  }

  /** The library appended up to there. */
  appended(lastAppend: NonNullable<LibraryKnowledge['lastAppend']>): void {
    this.#setKnown({ ...this.#known, lastAppend });
  }

  /** The library went back, and had applied what it says now. */
  libraryForgot(known: LibraryKnowledge): void {
    this.#setKnown(known);
  }

  /** The library went back: so much of the log is applied still. */
  libraryWentBack(known: LibraryKnowledge, appliedSeq: number): void {
    this.#setKnown(known);
    this.#store.streams.beginAnew(this.#seq);
    this.#store.log.takeBackApplied(appliedSeq);
    this.#seq = appliedSeq;
  }

  reload({ appliedSeq, known }: LogRow): void {
    this.#seq = appliedSeq;
    this.#known = known;
  }

  #setKnown(known: LibraryKnowledge): void {
    this.#known = known;
    this.#store.log.setKnown(known);
  }
}
