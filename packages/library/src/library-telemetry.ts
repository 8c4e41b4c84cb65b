import { inStep, noteStep, openInstruments } from '@shoal/telemetry';
import type { Library, LibraryTransaction } from './library.ts';
import type { LibraryOptions } from './library-options.ts';

/** Lets a library tell what it does. Costs next to nothing where nobody listens. */
export interface LibraryTelemetry {
  /** A local transaction, as a step of the story that its caller is in, with the number of its changes. */
  capturing(transaction: Library['transaction']): Library['transaction'];
  /** Applying a page, as a step of the story of each change of another device (CHG-2), with the numbers of it. */
  applying(apply: Library['apply']): Library['apply'];
}

/** Opens the instruments of a library. */
export function libraryTelemetry({
  libraryId,
  device,
}: Pick<LibraryOptions, 'libraryId' | 'device'>): LibraryTelemetry {
  const labels = { library: libraryId };
  const meters = openInstruments();
  return {
    capturing: (transaction) => async (work) => {
      const startMs = performance.now();
      let captured = 0;
      const counted = ({ store, capture }: LibraryTransaction): LibraryTransaction => ({
        store,
        capture(writes) {
          const written = capture(writes);
          captured += written.length;
          return written;
        },
      });
      const result = await inStep('shoal.write', { 'shoal.library': libraryId }, () =>
        transaction((within) => work(counted(within))),
      );
      if (captured > 0) {
        meters.captured.add(captured, labels);
        meters.capture.record(performance.now() - startMs, labels);
      }
      return result;
    },
    applying: (apply) => async (entries, next, damaged) => {
      const startMs = performance.now();
      const sinceMs = Date.now();
      const applied = await apply(entries, next, damaged);
      if (entries.length === 0) return applied;
      const { skipped, taken, merged, conflicting } = applied.counts;
      meters.apply.record(performance.now() - startMs, labels);
      meters.included.add(skipped, labels);
      meters.applied.add(taken + merged + conflicting, labels);
      meters.refused.add(applied.quarantined.length, { ...labels, reason: 'quarantined' });
      // What this device made itself is read back, and no step of the way.
      const foreign = entries.map(({ entry }) => entry.header).filter(({ origin }) => origin !== device);
      noteStep('shoal.apply', foreign, sinceMs);
      for (const { wallMs } of foreign) meters.travel.record(Math.max(0, sinceMs - wallMs), labels);
      return applied;
    },
  };
}
