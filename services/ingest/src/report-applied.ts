import { decidedBy, dotDevice, type Registry, refKey, slotField } from '@shoal/core';
import type { Applied, AppliedEntry } from '@shoal/library';
import type { Log } from '@shoal/service-kit';

/**
 * Tells what applying entries decided, never what stands in them (S1x-19): what waits in quarantine and what was
 * refused as warnings; the batch, each record that is parked, each circle that was cut and each conflict for who
 * debugs. `origin` is the device that made the change.
 */
export function reportApplied(
  applied: Applied,
  entries: readonly AppliedEntry[],
  { registry, log }: { readonly registry: Registry; readonly log: Log },
): void {
  for (const { entry, error } of applied.quarantined) {
    log.warn({ ...fieldsOf(entry), code: error.code }, 'an entry waits in quarantine');
  }
  for (const { device, theirMs, ourMs } of applied.drifts) {
    log.warn(
      { peer: device, theirMs, ourMs },
      'a device has its clock ahead; its changes count, its clock does not',
    );
  }
  const isDetailed = log.isLevelEnabled('debug');
  if (isDetailed && entries.length > 0) tellBatch(applied, entries, log);
  const entryByKey = isDetailed ? byRecord(entries) : new Map<string, AppliedEntry>();
  for (const outcome of applied.hidden) {
    if (outcome.kind !== 'park' || (outcome.reason !== 'refused' && !isDetailed)) continue;
    const { ref, reason, waitsFor } = outcome;
    const level = reason === 'refused' ? 'warn' : 'debug';
    const target = waitsFor && { field: waitsFor.field, waitsFor: refKey(waitsFor.target) };
    log[level]({ ...recordFields(ref, entryByKey), reason, ...target }, 'a record is parked');
  }
  if (!isDetailed) return;
  for (const { ref, conflicts } of applied.journal) {
    for (const conflict of conflicts) {
      const { kind, winner } = conflict;
      const rule = decidedBy(registry.get(ref.model), conflict);
      // The part of a field may be a person's word: it stands in no log.
      const field = conflict.field && slotField(conflict.field);
      const about = { ...recordFields(ref, entryByKey), field, kind, rule };
      const message = kind === 'circle-cut' ? 'a circle of references is cut' : 'writes met and one is shown';
      log.debug({ ...about, winner: winner && dotDevice(winner) }, message);
    }
  }
}

/** What a line about one entry names. */
export function fieldsOf({ seq, entry: { header } }: AppliedEntry) {
  return { model: header.model, record: header.recordId, seq, origin: header.origin };
}

function tellBatch({ counts }: Applied, entries: readonly AppliedEntry[], log: Log): void {
  const range = { fromSeq: entries[0]!.seq, toSeq: entries.at(-1)!.seq };
  log.debug({ ...range, ...counts }, 'entries were applied; those skipped were older than what is here');
}

/** The last entry of each record, by which what is decided of it came. */
function byRecord(entries: readonly AppliedEntry[]): ReadonlyMap<string, AppliedEntry> {
  return new Map(
    entries.map((entry) => {
      const { model, recordId: id } = entry.entry.header;
      return [refKey({ model, id }), entry];
    }),
  );
}

/** A record may be decided on because of an entry of another one: then there is no seq to name. */
function recordFields(
  ref: { readonly model: string; readonly id: string },
  entryByKey: ReadonlyMap<string, AppliedEntry>,
) {
  const entry = entryByKey.get(refKey(ref as never));
  return entry === undefined ? { model: ref.model, record: ref.id } : fieldsOf(entry);
}
