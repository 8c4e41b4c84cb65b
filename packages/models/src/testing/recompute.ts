import {
  creationStamp,
  isAlive,
  joinStates,
  judgeByOwner,
  type ModelSpec,
  type RecordRef,
  type RecordState,
  type Registry,
  referencesOf,
  refKey,
  type Value,
  viewOf,
} from '@shoal/core';
import { dumpLine } from '@shoal/library';
import { registry as builtInRegistry } from '../index.ts';

/** What a library shows and parks. */
export interface Recomputed {
  readonly dump: string[];
  readonly parked: string[];
}

interface Candidate {
  readonly ref: RecordRef;
  readonly spec: ModelSpec;
  readonly state: RecordState;
  readonly row: Map<string, Value>;
}

/**
 * The slow answer to what a library must show that was given these states, in whatever order: everything joined,
 * then the least fixpoint of "alive, not held, and what it waits for is visible" (DEP-2). Knows no circles.
 */
export function recompute(
  states: readonly { readonly ref: RecordRef; readonly state: RecordState }[],
  registry: Registry = builtInRegistry,
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
    else if (isAlive(spec, judged.state))
      waiting.set(key, { ref, spec, state: judged.state, row: viewOf(spec, judged.state) });
  }
  const shown = fixpoint(
    new Map([...waiting].filter(([, candidate]) => !isYounger(waiting, candidate, 'hold'))),
  );
  for (const key of waiting.keys()) if (!shown.has(key)) parked.add(key);
  const dump = [...shown.values()].map(({ ref, spec, row }) => {
    const fields = new Map(row);
    rename(waiting, waiting.get(`${ref.model}/${ref.id}`)!, fields);
    for (const { name, target } of referencesOf(spec))
      if (!shown.has(`${target}/${String(row.get(name))}`)) fields.set(name, null);
    return dumpLine({ model: ref.model, id: ref.id, fields, version: '' });
  });
  return { dump: dump.sort(), parked: [...parked].sort() };
}

/** Whether an alive record that was made before has the same values (MRG-7). */
function isYounger(
  alive: ReadonlyMap<string, Candidate>,
  { ref, spec, state, row }: Candidate,
  policy: 'hold' | 'rename',
): boolean {
  const order = (of: Pick<Candidate, 'ref' | 'state'>) => `${creationStamp(of.state)} ${of.ref.id}`;
  return spec.uniques.some(
    (unique) =>
      unique.policy === policy &&
      [...alive.values()].some(
        (other) =>
          other.ref.model === ref.model &&
          order(other) < order({ ref, state }) &&
          unique.fields.every((field) => row.get(field) !== null && other.row.get(field) === row.get(field)),
      ),
  );
}

/** Renamed is what is younger, and what reads as if it were. */
function rename(
  alive: ReadonlyMap<string, Candidate>,
  candidate: Candidate,
  fields: Map<string, Value>,
): void {
  const field = candidate.spec.uniques.find(({ policy }) => policy === 'rename')?.fields.at(-1);
  const text = field === undefined ? null : candidate.row.get(field);
  if (field === undefined || typeof text !== 'string') return;
  if (/ \([0-9a-f-]{36}\)$/.test(text) || isYounger(alive, candidate, 'rename'))
    fields.set(field, `${text} (${candidate.ref.id})`);
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
