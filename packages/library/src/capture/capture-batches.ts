import { randomLife } from '../crypto/record-ids.ts';
import type { ViewChange } from '../store/library-store.ts';
import { type CaptureContext, captureWrites } from './capture-writes.ts';
import type { LocalWrite, WrittenRecord } from './local-write.ts';

/** The captures of one transaction: one operation of each record, however many batches it takes (CHG-7). */
export function captureBatches(context: CaptureContext, onChanges: (changes: readonly ViewChange[]) => void) {
  const stamp = randomLife();
  let failure: { readonly error: unknown } | undefined;
  return {
    writes(writes: readonly LocalWrite[]): readonly WrittenRecord[] {
      try {
        const captured = captureWrites(context, writes, stamp);
        onChanges(captured.changes);
        return captured.written;
      } catch (error) {
        failure = { error };
        throw error;
      }
    },
    /** What failed halfway is never committed, also where the failure was caught. */
    requireWhole(): void {
      if (failure !== undefined) throw failure.error;
    },
  };
}
