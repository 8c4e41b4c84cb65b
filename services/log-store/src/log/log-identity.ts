import {
  confirmsSighting,
  deviceOf,
  type LogId,
  type LogLife,
  type LogSighting,
  type StreamId,
  type Vector,
  vectorAt,
} from '@shoal/core';
import { durableStep } from '@shoal/telemetry';
import type { LogRow } from '../store/log-row.ts';
import type { Store } from '../store/open-store.ts';
import { LogApplied } from './log-applied.ts';

/**
 * Who a log is, and whether it went back (REP-6): its id, the starts of the log-store on its file, and what others saw
 * of it. `reload` reads what the file says, also after a transaction that failed.
 */
export class LogIdentity {
  readonly #store: Store;
  #logId!: LogId;
  #lives: LogLife[] = [];
  /** Whether this file, since it was opened, was found to have gone back before, or is new. */
  #isRenewed: boolean;

  constructor(store: Store, life: StreamId) {
    this.#store = store;
    const row = store.log.read();
    const last = store.lives.all().at(-1)?.life;
    const isAnothers = last !== undefined && deviceOf(last) !== deviceOf(life);
    store.transaction(() => {
      if (isAnothers) this.#becomeOwn(row);
      store.lives.begin(life, row.headSeq);
    });
    durableStep('opening.after-life');
    // Nobody can have followed a log without entries: it did not go back, it is new.
    this.#isRenewed = isAnothers || row.headSeq === 0;
  }

  get logId(): LogId {
    return this.#logId;
  }

  /** The starts of the log-store on this file, the present one last. */
  get lives(): readonly LogLife[] {
    return this.#lives;
  }

  /** Whether one of the sightings is of this log, and of more than it has (REP-6). */
  lacks(sightings: readonly LogSighting[], headSeq: number): boolean {
    return sightings.some(
      (seen) => seen.logId === this.#logId && !confirmsSighting(this.#lives, headSeq, seen),
    );
  }

  /**
   * Whether a peer knows more of a stream of the device than its own log (REP-6). Told once per opening: what is known
   * then covers whatever else was forgotten.
   */
  lacksOwn(life: StreamId, theirs: Vector, have: Vector): boolean {
    if (this.#isRenewed) return false;
    const device = deviceOf(life);
    return [...theirs].some(
      ([stream, originSeq]) => deviceOf(stream) === device && originSeq > vectorAt(have, stream),
    );
  }

  /** Takes a new id. Within a transaction of the log, which is read again behind it. */
  renew(): void {
    this.#store.log.renew();
    this.#isRenewed = true;
  }

  reload({ logId }: LogRow): void {
    this.#logId = logId;
    this.#lives = this.#store.lives.all();
  }

  /**
   * The file was written by another device: this home is a copy of that one's, or the file came from there (REP-6). Both
   * go on, so that the id may not stay, and a stream that is not closed is no predecessor.
   */
  #becomeOwn(row: LogRow): void {
    const applied = new LogApplied(this.#store);
    applied.reload(row);
    applied.becomeOwn(row.headSeq);
    this.#store.log.renew();
    this.#store.log.setOwnStream(null);
  }
}
