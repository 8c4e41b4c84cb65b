import type { StreamId } from '../ids.ts';
import { type StreamPosition, type Vector, vectorAt } from '../log/vector.ts';

/** What to do with one live message (REP-3). */
export interface LivePlan<T extends StreamPosition> {
  /** The entries to store, in their order. */
  readonly take: readonly T[];
  /** The greatest position seen behind a gap, per stream: what the sender is known to have and we must pull. */
  readonly missing: Vector;
}

/**
 * Takes of a live message what is contiguous with `have` and ignores what it claims already; what lies behind a gap
 * is left to a pull (REP-3). Pure, so a message that is lost, doubled or late can only cost latency.
 */
export function planLive<T extends StreamPosition>(have: Vector, entries: readonly T[]): LivePlan<T> {
  const reached = new Map<StreamId, number>();
  const missing = new Map<StreamId, number>();
  const take: T[] = [];
  for (const entry of entries) {
    const { stream, originSeq } = entry;
    const claimed = reached.get(stream) ?? vectorAt(have, stream);
    if (originSeq <= claimed) continue;
    if (originSeq === claimed + 1) {
      take.push(entry);
      reached.set(stream, originSeq);
    } else {
      missing.set(stream, Math.max(originSeq, missing.get(stream) ?? 0));
    }
  }
  return { take, missing: stillMissing(missing, reached) };
}

/** A gap that a later entry of the same message closed is none. */
function stillMissing(
  missing: ReadonlyMap<StreamId, number>,
  reached: ReadonlyMap<StreamId, number>,
): Vector {
  return new Map([...missing].filter(([stream, originSeq]) => originSeq > (reached.get(stream) ?? 0)));
}
