import {
  isAlive,
  joinStates,
  judgeByOwner,
  type ModelSpec,
  type RecordRef,
  type RecordState,
  referencesOf,
  refKey,
  type Value,
  viewOf,
} from '@shoal/core';
import { dumpLine } from '@shoal/library';
import { registry } from '../index.ts';

/** What a library shows and parks. */
export interface Recomputed {
  readonly dump: string[];
  readonly parked: string[];
}

interface Candidate {
  readonly ref: RecordRef;
  readonly spec: ModelSpec;
  readonly row: Map<string, Value>;
}

/**
 * The slow answer to what a library must show that was given these states, in whatever order: everything joined,
 * then the least fixpoint of "alive, and what it waits for is visible" (DEP-2). Knows no circles.
 */
export function recompute(
  states: readonly { readonly ref: RecordRef; readonly state: RecordState }[],
): Recomputed {
  const records = new Map<string, { ref: RecordRef; state: RecordState }>();
  for (const { ref, state } of states) {
    const here = records.get(refKey(ref))?.state;
    records.set(refKey(ref), { ref, state: here === undefined ? state : joinStates(here, state) });
  }
  const reader = {
    record(ref: RecordRef) {
      const found = records.get(refKey(ref));
      return found === undefined ? undefined : { state: found.state, schemaVersion: 1 };
    },
  };
  const waiting = new Map<string, Candidate>();
  const parked = new Set<string>();
  for (const [key, { ref, state }] of records) {
    const spec = registry.require(ref.model);
    const judged = judgeByOwner(registry, reader, spec, ref.id, state);
    if (judged.kind !== 'accepted') parked.add(key);
    else if (isAlive(spec, judged.state)) waiting.set(key, { ref, spec, row: viewOf(spec, judged.state) });
  }
  const shown = fixpoint(waiting);
  for (const key of waiting.keys()) if (!shown.has(key)) parked.add(key);
  const dump = [...shown.values()].map(({ ref, spec, row }) => {
    const fields = new Map(row);
    for (const { name, target } of referencesOf(spec))
      if (!shown.has(`${target}/${String(row.get(name))}`)) fields.set(name, null);
    return dumpLine({ model: ref.model, id: ref.id, fields, version: '' });
  });
  return { dump: dump.sort(), parked: [...parked].sort() };
}

function fixpoint(candidates: ReadonlyMap<string, Candidate>): Map<string, Candidate> {
  const shown = new Map<string, Candidate>();
  for (let before = -1; before !== shown.size; ) {
    before = shown.size;
    for (const [key, candidate] of candidates) {
      const isReady = referencesOf(candidate.spec).every((field) => {
        const id = candidate.row.get(field.name);
        if (typeof id !== 'string') return field.nullable;
        return field.missing === 'null' || shown.has(`${field.target}/${id}`);
      });
      if (isReady) shown.set(key, candidate);
    }
  }
  return shown;
}
