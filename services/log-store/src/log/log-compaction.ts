import { durableStep } from '@shoal/telemetry';
import type { LogRow } from '../store/log-row.ts';
import type { Store } from '../store/open-store.ts';
import { type Admission, planCompaction } from './compact.ts';

/** What one step of compaction did. */
export interface CompactionDone {
  readonly removed: number;
  /** Nothing is left to look at for now. */
  readonly isDone: boolean;
  /** Entries that are to be set aside before anything goes (LOG-1). */
  readonly damagedSeqs: readonly number[];
}

/** How far superseded entries were looked for, and the next step of it (LOG-3, LOG-4). */
export class LogCompaction {
  readonly #store: Store;
  #compactedSeq = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** What is admitted now, from `seq` on, may supersede what was looked at before. Within a transaction of the log. */
  lookAgainFrom(seq: number | null): void {
    if (seq !== null) this.#compactedSeq = Math.min(this.#compactedSeq, seq - 1);
    this.#store.log.setCompacted(this.#compactedSeq);
  }

  /** Removes some of what is superseded, by whom counts; `transaction` makes it one. */
  step(admission: Admission, transaction: (work: () => void) => void): CompactionDone {
    const step = planCompaction(this.#store.superseded, this.#compactedSeq, admission);
    const { seqs, compactedSeq, damagedSeqs } = step;
    // How far it was looked costs no transaction of its own: a start that forgot it looks again.
    this.#compactedSeq = compactedSeq;
    if (seqs.length > 0) {
      transaction(() => {
        this.#store.superseded.remove(seqs);
        this.#store.log.setCompacted(compactedSeq);
        durableStep('compact.before-commit');
      });
      durableStep('compact.after-commit');
    }
    const isDone = compactedSeq >= admission.toSeq && damagedSeqs.length === 0;
    return { removed: seqs.length, isDone, damagedSeqs };
  }

  reload({ compactedSeq }: LogRow): void {
    this.#compactedSeq = compactedSeq;
  }
}
