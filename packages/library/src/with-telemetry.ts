import { inStep, noteStep, openInstruments } from '@shoal/telemetry';
import type { Library, LibraryTransaction } from './library.ts';

/**
 * The same library, which tells what it does: a local transaction as a step of the story that its caller is in, what
 * is applied as a step of the story of each change (CHG-2), and the numbers of both. Costs next to nothing where
 * nobody listens.
 */
export function withTelemetry(library: Library): Library {
  const { libraryId } = library.options;
  const labels = { library: libraryId };
  const meters = openInstruments();

  const transaction: Library['transaction'] = async (work) => {
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
      library.transaction((within) => work(counted(within))),
    );
    if (captured > 0) {
      meters.captured.add(captured, labels);
      meters.capture.record(performance.now() - startMs, labels);
    }
    return result;
  };

  return {
    ...library,
    transaction,
    write: (writes) => transaction(({ capture }) => capture(writes)),
    async apply(entries, next, damaged) {
      const startMs = performance.now();
      const sinceMs = Date.now();
      const applied = await library.apply(entries, next, damaged);
      if (entries.length === 0) return applied;
      const { skipped, taken, merged, conflicting } = applied.counts;
      meters.apply.record(performance.now() - startMs, labels);
      meters.included.add(skipped, labels);
      meters.applied.add(taken + merged + conflicting, labels);
      meters.refused.add(applied.quarantined.length, { ...labels, reason: 'quarantined' });
      const news = entries.map(({ entry }) => entry.header);
      noteStep('shoal.apply', news, sinceMs);
      const device = library.options.device;
      for (const { origin, wallMs } of news)
        if (origin !== device) meters.travel.record(Math.max(0, sinceMs - wallMs), labels);
      return applied;
    },
  };
}
