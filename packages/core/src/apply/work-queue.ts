import type { RecordRef } from '../ids.ts';
import { RefMap } from '../ref-map.ts';

/** Records to be looked at, first come first served; each at most once at a time. */
export interface WorkQueue {
  add(refs: Iterable<RecordRef>): void;
  next(): RecordRef | undefined;
}

/** Done work is dropped when it is both many and the greater part. */
const doneMax = 4_096;

export function createWorkQueue(): WorkQueue {
  let queue: RecordRef[] = [];
  let at = 0;
  const queued = new RefMap<true>();
  return {
    add(refs) {
      for (const ref of refs) {
        if (queued.has(ref)) continue;
        queued.set(ref, true);
        queue.push(ref);
      }
    },
    next() {
      const ref = queue[at];
      if (ref === undefined) return undefined;
      at++;
      queued.delete(ref);
      if (at > doneMax && at * 2 > queue.length) {
        queue = queue.slice(at);
        at = 0;
      }
      return ref;
    },
  };
}
