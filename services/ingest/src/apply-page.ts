import { asShoalError, ShoalError } from '@shoal/core';
import { type AppliedEntry, type Cursor, isStorageFailure, type Library } from '@shoal/library';
import { parsePositionedEntry, type SequencedEntry as WireEntry } from '@shoal/proto';
import type { Log } from '@shoal/service-kit';
import { fieldsOf, reportApplied } from './report-applied.ts';

/**
 * Applies a page of the log and moves the cursor to `end`, in one transaction; where an entry brings that down, one by
 * one, and that one is set aside (ING-2, ING-3). Throws `storage-failed` and what else passes by itself.
 */
export async function applyPage(
  {
    library,
    log,
  }: { readonly library: Pick<Library, 'apply' | 'quarantine' | 'registry'>; readonly log: Log },
  page: readonly WireEntry[],
  end: Cursor,
): Promise<void> {
  const { entries, damaged } = parsePage(page, log);
  const telling = { registry: library.registry, log };
  try {
    reportApplied(await library.apply(entries, end, damaged), entries, telling);
  } catch (error) {
    if (!isPoison(error)) throw error;
    for (const entry of entries) await applyOne(entry, { ...end, appliedSeq: entry.seq });
    await library.apply([], end, damaged);
  }

  async function applyOne(entry: AppliedEntry, next: Cursor): Promise<void> {
    try {
      reportApplied(await library.apply([entry], next), [entry], telling);
    } catch (error) {
      if (!isPoison(error)) throw error;
      log.error({ err: error, ...fieldsOf(entry) }, 'an entry could not be applied and is set aside');
      await library.quarantine(entry, asShoalError(error), next);
    }
  }
}

/** The log-store parsed entries when it took them in; what does not parse here is a damaged copy, and its business. */
function parsePage(page: readonly WireEntry[], log: Log) {
  const entries: AppliedEntry[] = [];
  const damaged: number[] = [];
  for (const { seq, entry } of page) {
    try {
      if (entry === undefined) {
        throw new ShoalError('malformed-message', 'an entry is empty', { field: 'entry' });
      }
      entries.push({ seq, entry: parsePositionedEntry(entry) });
    } catch (error) {
      log.error({ seq, code: asShoalError(error).code }, 'an entry of the log does not parse');
      damaged.push(seq);
    }
  }
  return { entries, damaged };
}

/** A failure that trying again does not mend: of the entry, or of our own code on it; not of the disk. */
function isPoison(error: unknown): boolean {
  return !isStorageFailure(error) && !asShoalError(error).retryable;
}
