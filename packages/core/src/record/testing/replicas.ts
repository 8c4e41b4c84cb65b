import { model, text } from '../../apply/testing/domain.ts';
import { type Dot, makeDot } from '../../clock/dot.ts';
import { formatHlc } from '../../clock/hlc.ts';
import { type DeviceId, lifeId, type ReplicaId } from '../../ids.ts';
import { mergeState } from '../join.ts';
import { emptyState, type RecordState } from '../state.ts';
import { covers, type Version } from '../version.ts';
import { deleteState, putState } from '../write.ts';

/** A model of three plain fields. */
export const leaf = model('leaf', { kind: 'shared' }, [text('a'), text('b'), text('c')]);

/** Two openings of one device's library, and one of another's. */
export const replicas: readonly ReplicaId[] = [
  lifeId('00000000-0000-4000-8000-00000000000a' as DeviceId, '0'.repeat(16)),
  lifeId('00000000-0000-4000-8000-00000000000a' as DeviceId, '1'.repeat(16)),
  lifeId('00000000-0000-4000-8000-00000000000b' as DeviceId, '0'.repeat(16)),
];

/** The dot of a replica at a time. */
export function dotAt(replica: number, ms: number): Dot {
  return makeDot(formatHlc(ms, 0), replicas[replica]!);
}

/** One step of several replicas working on one record. Numbers choose, modulo what there is. */
export type Step =
  | {
      readonly kind: 'put';
      readonly replica: number;
      readonly fields: readonly ('a' | 'b' | 'c')[];
      readonly isStale: boolean;
    }
  | { readonly kind: 'delete'; readonly replica: number; readonly isStale: boolean }
  /** An entry made earlier arrives: not in order, perhaps again. */
  | { readonly kind: 'deliver'; readonly to: number; readonly entry: number };

/** A write that was made, as MRG-1 sees it. */
export interface Written {
  readonly dot: Dot;
  readonly seen: Version;
  /** Undefined: a delete. */
  readonly fields: readonly string[] | undefined;
}

/** What came of a history: every write, and the state that each left on its replica. */
export interface Played {
  readonly written: readonly Written[];
  readonly states: readonly RecordState[];
}

/** Plays a history; the stamps of the replicas run apart, so that their order is not the order of events. */
export function playRecord(steps: readonly Step[]): Played {
  const here = replicas.map(() => ({ state: emptyState, loaded: emptyState.version, ticks: 0 }));
  const written: Written[] = [];
  const states: RecordState[] = [];
  for (const step of steps) {
    if (step.kind === 'deliver') {
      const entry = states[step.entry % Math.max(states.length, 1)];
      const to = here[step.to % here.length]!;
      if (entry !== undefined) to.state = mergeState(to.state, entry);
      continue;
    }
    const index = step.replica % here.length;
    const at = here[index]!;
    const seen = step.isStale ? at.loaded : at.state.version;
    at.loaded = at.state.version;
    at.ticks++;
    const dot = dotAt(index, 1_000 + at.ticks * (index + 1));
    const fields = step.kind === 'put' ? fieldsToPut(step.fields, at.state, seen) : undefined;
    at.state =
      fields === undefined
        ? deleteState(at.state, { dot, seen })
        : putState(leaf, at.state, {
            dot,
            seen,
            fields: new Map(fields.map((name) => [name, `${name} ${dot}`])),
          });
    written.push({ dot, seen, fields });
    states.push(at.state);
  }
  return { written, states };
}

/** Whoever brings a record back writes it whole (MRG-4). */
function fieldsToPut(fields: readonly string[], { deletes }: RecordState, seen: Version): readonly string[] {
  return deletes.some((dot) => covers(seen, dot)) ? ['a', 'b', 'c'] : fields;
}
