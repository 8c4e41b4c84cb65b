import { type EntryOf, entryLabels, inStep, noteStep, openInstruments } from '@shoal/telemetry';
import type { WrittenRecord } from './capture/local-write.ts';
import type { Applied, SequencedEntry } from './ingest/apply-entries.ts';
import type { Library, LibraryTransaction } from './library.ts';
import type { LibraryOptions } from './library-options.ts';

/** Lets a library tell what it does. Costs next to nothing where nobody listens. */
export interface LibraryTelemetry {
  /** A local transaction, as a step of the story that its caller is in, with the number of its changes. */
  capturing(transaction: Library['transaction']): Library['transaction'];
  readonly captured: CaptureMeter;
  /** Applying a page, as a step of the story of each change of another device (CHG-2), with the numbers of it. */
  applying(apply: Library['apply']): Library['apply'];
  /** Trying entries of the quarantine again, with the numbers of it. */
  retrying(retry: Library['retryQuarantined']): Library['retryQuarantined'];
}

/** Tells what a transaction captured that was begun at `startMs`, on the clock of `performance.now()`. */
export type CaptureMeter = (written: readonly Pick<WrittenRecord, 'ref'>[], startMs: number) => void;

/** What captures tell, by whichever door they come; called once they are committed. */
export function captureMeter(libraryId: string): CaptureMeter {
  const meters = openInstruments();
  const labels = entryLabels(libraryId);
  return (written, startMs) => {
    if (!meters.isKept || written.length === 0) return;
    labels.add(meters.captured, modelsOf(written));
    meters.capture.record(performance.now() - startMs, { library: libraryId });
  };
}

/** Opens the instruments of a library. */
export function libraryTelemetry({
  libraryId,
  device,
}: Pick<LibraryOptions, 'libraryId' | 'device'>): LibraryTelemetry {
  const library = { library: libraryId };
  const labels = entryLabels(libraryId);
  const meters = openInstruments();
  const captured = captureMeter(libraryId);

  function tellApplied(entries: readonly SequencedEntry[], { applied, quarantined, counts }: Applied): void {
    const refused = quarantined.map(({ entry }) => entry);
    const told = new Set([...applied, ...refused]);
    labels.add(meters.applied, makersOf(applied));
    labels.add(meters.refused, makersOf(refused), 'quarantined');
    labels.add(meters.included, makersOf(entries.filter((entry) => !told.has(entry))));
    if (counts.conflicting > 0) meters.conflicting.add(counts.conflicting, library);
  }

  return {
    captured,
    capturing: (transaction) => async (work) => {
      const startMs = performance.now();
      const written: WrittenRecord[] = [];
      const counted = ({ store, capture }: LibraryTransaction): LibraryTransaction => ({
        store,
        capture(writes) {
          const more = capture(writes);
          if (meters.isKept) written.push(...more);
          return more;
        },
      });
      const result = await inStep('shoal.write', { 'shoal.library': libraryId }, () =>
        transaction((within) => work(counted(within))),
      );
      captured(written, startMs);
      return result;
    },
    applying: (apply) => async (entries, next, damaged) => {
      const startMs = performance.now();
      const sinceMs = Date.now();
      const applied = await apply(entries, next, damaged);
      if (entries.length === 0) return applied;
      // What this device made itself is read back, and no step of the way.
      const foreign = entries.map(({ entry }) => entry.header).filter(({ origin }) => origin !== device);
      noteStep('shoal.apply', foreign, sinceMs);
      if (!meters.isKept) return applied;
      meters.apply.record(performance.now() - startMs, library);
      tellApplied(entries, applied);
      for (const { model, origin, wallMs } of foreign)
        meters.travel.record(Math.max(0, sinceMs - wallMs), labels.of({ model, peer: origin }));
      return applied;
    },
    retrying: (retry) => async (ids) => {
      const retried = await retry(ids);
      const tries = retried.applied + retried.kept;
      if (!meters.isKept || tries === 0) return retried;
      meters.retried.add(tries, { ...library, reason: 'quarantined' });
      labels.add(meters.applied, makersOf(retried.left));
      return retried;
    },
  };
}

function* modelsOf(written: readonly Pick<WrittenRecord, 'ref'>[]): Iterable<EntryOf> {
  for (const { ref } of written) yield { model: ref.model };
}

function* makersOf(entries: readonly SequencedEntry[]): Iterable<EntryOf> {
  for (const { entry } of entries) yield { model: entry.header.model, peer: entry.header.origin };
}
