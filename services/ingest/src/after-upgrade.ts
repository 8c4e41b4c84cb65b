import { limits } from '@shoal/core';
import type { Library } from '@shoal/library';
import type { Log } from '@shoal/service-kit';

/**
 * Shows what this program knows and the one before did not, in transactions of bounded length (DEP-5). To be awaited
 * before a log is followed. Throws `storage-failed`.
 */
export async function showAfterUpgrade(library: Pick<Library, 'replanKnown'>, log: Log): Promise<void> {
  let shown = 0;
  for (;;) {
    const { isDone, changes, again, failed } = await library.replanKnown(limits.replanRecordsMax);
    if (isDone) break;
    shown += changes.length;
    for (const { model, id } of again) log.warn({ model, record: id }, 'a record is read again from the log');
    for (const { ref, error } of failed) {
      log.error(
        { model: ref.model, record: ref.id, code: error.code },
        'a record stays as it was before the upgrade',
      );
    }
  }
  if (shown > 0) log.info({ records: shown }, 'shown after an upgrade');
}
