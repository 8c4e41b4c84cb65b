import { ShoalError } from '@shoal/core';
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
        for (const write of writes) requireOpenGate(context, write);
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

/** What is not to be synced is no record: only a unit of work can write its row (S0-12). */
function requireOpenGate({ store }: CaptureContext, write: LocalWrite): void {
  if (write.kind === 'delete' || write.kind === 'decide') return;
  const { ref, fields } = write;
  const shouldSync = store.models.get(ref.model)?.shouldSync ?? null;
  if (shouldSync === null || store.records.version(ref) !== undefined || shouldSync(fields)) return;
  throw new ShoalError(
    'invalid-argument',
    `this ${ref.model} is not to be synced as it is; what stays on the device is written by its entity`,
    { model: ref.model, record: ref.id },
  );
}
