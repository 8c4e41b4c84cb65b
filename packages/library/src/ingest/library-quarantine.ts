import type { LogId } from '@shoal/core';
import type { ViewChange } from '../store/library-store.ts';
import type { Cursor } from './cursor-store.ts';
import type { QuarantineStore } from './quarantine-store.ts';
import { quarantineRetrier, type Retried, type RetryContext } from './retry-quarantined.ts';

/** What lies in quarantine, and what can be done about it (ING-3); ingest's business alone. */
export interface LibraryQuarantine {
  readonly quarantined: Pick<QuarantineStore, 'count' | 'waiting' | 'due'>;
  /** Tries entries again, all in one transaction; numbers that do not wait are passed over. Throws `storage-failed`. */
  retryQuarantined(ids: readonly number[]): Promise<Retried>;
  /** Forgets entries: they stay passed over, and are not shown again. Answers how many of them waited. */
  discardQuarantined(ids: readonly number[]): Promise<number>;
  /**
   * Moves the cursor back to the first entry of that log for which the quarantine had no room, now that it has; the
   * cursor, or undefined where there is nothing to read again.
   */
  readLeftOut(logId: LogId): Promise<Cursor | undefined>;
}

/** Wires the quarantine of one opening; `tell` hears of what a commit changed in the view. */
export function libraryQuarantine(
  context: RetryContext,
  tell: (changes: readonly ViewChange[]) => void,
): LibraryQuarantine {
  const { atOnce, cursor, exceptions, quarantine, wallMs } = context;
  const retry = quarantineRetrier(context);
  return {
    quarantined: quarantine,
    async retryQuarantined(ids) {
      const retried = await retry(ids);
      tell(retried.changes);
      return retried;
    },
    discardQuarantined: (ids) => atOnce(() => ids.filter((id) => quarantine.discard(id, wallMs())).length),
    async readLeftOut(logId) {
      // Mostly nothing was, and other writers need not wait for that answer.
      if (!quarantine.leftOut.isAny()) return undefined;
      return atOnce(() => {
        const at = cursor.read();
        const place = at?.logId === logId ? quarantine.leftOut.take(logId) : undefined;
        if (at === undefined || place === undefined) return undefined;
        const back = { ...at, appliedSeq: Math.min(at.appliedSeq, place.seq - 1) };
        cursor.write(back);
        exceptions.liftFrom(logId, back.appliedSeq + 1);
        return back;
      });
    },
  };
}
