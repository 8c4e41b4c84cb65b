import { limits } from '@shoal/core';
import type { Count, Labels } from './instruments.ts';

/** What a number of entries is told by. */
export interface EntryOf {
  /** Where it is not given: entries of any. */
  readonly model?: string | undefined;
  /** The device that made it, or that it goes to. */
  readonly peer?: string | undefined;
}

/** The labels of entries of one library. */
export interface EntryLabels {
  /** The same object for the same model and peer; `other` for both once there are too many. */
  of(entry: EntryOf): Labels;
  /** Adds to `count` what is given, once for each model and peer. */
  add(count: Count, entries: Iterable<EntryOf>, reason?: string): void;
}

/** Others choose models and peers, so their pairs are bounded by `limits.metricPairsMax` (SEC-5). */
export function entryLabels(library: string): EntryLabels {
  const byPeer = new Map<string, Map<string, Labels>>();
  const other: Labels = { library, model: 'other', peer: 'other' };
  let pairs = 0;

  function of({ model = '', peer = '' }: EntryOf): Labels {
    const known = byPeer.get(peer)?.get(model);
    if (known !== undefined) return known;
    if (pairs === limits.metricPairsMax) return other;
    pairs += 1;
    const labels = { library, ...(model && { model }), ...(peer && { peer }) };
    const byModel = byPeer.get(peer) ?? new Map<string, Labels>();
    byPeer.set(peer, byModel.set(model, labels));
    return labels;
  }

  return {
    of,
    add(count, entries, reason) {
      const sums = new Map<Labels, number>();
      for (const entry of entries) {
        const labels = of(entry);
        sums.set(labels, (sums.get(labels) ?? 0) + 1);
      }
      for (const [labels, sum] of sums) count.add(sum, reason === undefined ? labels : { ...labels, reason });
    },
  };
}
