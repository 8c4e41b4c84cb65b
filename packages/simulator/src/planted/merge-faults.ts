import {
  compareVersions,
  createRegistry,
  deleteState,
  joinVersions,
  type MemoryLibrary,
  type ModelSpec,
  planApply,
  planView,
  putState,
  type RecordConflicts,
  type RecordRef,
  type RecordState,
  refKey,
  type ShowOutcome,
  type Sibling,
  type ViewReader,
} from '@shoal/core';
import { specs } from '../data/domain.ts';
import type { PlantedFault } from './planted-fault.ts';

/** Mistakes in how states are written, merged and shown. */
export const mergeFaults: readonly PlantedFault[] = [
  {
    name: 'a write has seen what is there when it is flushed, not what it loaded',
    rule: 'MRG-1',
    parts: {
      putState: (spec, state, write) => putState(spec, state, { ...write, seen: state.version }),
      deleteState: (state, write) => deleteState(state, { ...write, seen: state.version }),
    },
  },
  {
    name: 'a write keeps only the newest value of its fields',
    rule: 'MRG-1',
    parts: { putState: keepNewest },
  },
  {
    name: 'a concurrent entry is taken as it is',
    rule: 'MRG-2',
    parts: {
      planApply: (registry, reader, changes) =>
        planApply(
          registry,
          reader,
          changes.map((change) => {
            const here = reader.record(change.ref)?.state.version;
            return here === undefined ? change : { ...change, version: joinVersions(here, change.version) };
          }),
        ),
    },
  },
  {
    name: 'a concurrent entry is skipped',
    rule: 'MRG-2',
    parts: {
      planApply: (registry, reader, changes) =>
        planApply(
          registry,
          reader,
          changes.filter(({ ref, version }) => {
            const here = reader.record(ref)?.state.version;
            return here === undefined || compareVersions(here, version) !== 'concurrent';
          }),
        ),
    },
  },
  {
    name: 'a delete leaves no tombstone',
    rule: 'MRG-4',
    parts: { deleteState: (state, write) => ({ ...deleteState(state, write), deletes: [] }) },
  },
  {
    name: 'any later write brings a deleted record back',
    rule: 'MRG-4',
    parts: { putState: (spec, state, write) => ({ ...putState(spec, state, write), deletes: [] }) },
  },
  {
    name: 'the relay ships the row, not the state',
    rule: 'CHG-7',
    parts: { stateToShip },
  },
  {
    name: 'a record that waits is not looked at when its target appears',
    rule: 'DEP-3',
    parts: onReader((reader) => ({ ...reader, waitingFor: () => [] })),
  },
  {
    name: 'a child of a parked parent is shown',
    rule: 'DEP-2',
    parts: onReader((reader) => ({
      ...reader,
      isVisible: (ref) => reader.isVisible(ref) || isParked(reader, ref),
    })),
  },
  {
    name: 'a reference that may be null shows null instead of waiting',
    rule: 'DEP-2',
    parts: {
      planApply: (_registry, reader, changes) => planApply(neverWaiting, reader, changes),
      planView: (_registry, reader, changed) => planView(neverWaiting, reader, changed),
    },
  },
  {
    name: 'what refers to a record that goes stays shown',
    rule: 'DEP-2',
    parts: onReader((reader) => ({ ...reader, referringTo: () => [] })),
  },
  {
    name: 'a reference stays cut when its circle is gone',
    rule: 'DEP-2',
    parts: onReader((reader) => ({ ...reader, cutFromCircle: () => [] })),
    keptSeed: 'circle-that-opens-again',
  },
  {
    name: 'a record is held only by one that is shown',
    rule: 'MRG-7',
    parts: onReader((reader) => ({
      ...reader,
      sharing: (model, value, limit) =>
        reader
          .sharing(model, value, Number.MAX_SAFE_INTEGER)
          .filter(({ id }) => reader.isVisible({ model, id }))
          .slice(0, limit),
    })),
  },
  {
    name: 'whoever is held stays held when its elder goes',
    rule: 'MRG-7',
    parts: onReader((reader) => ({ ...reader, uniqueValuesOf: () => [] })),
  },
  {
    name: 'the journal is not told what a delete hid',
    rule: 'MRG-8',
    parts: {
      planApply: (registry, reader, changes) => {
        const plan = planApply(registry, reader, changes);
        return { ...plan, journal: plan.journal.map(withoutHidden) };
      },
    },
  },
  {
    name: 'the journal is not told of siblings that a stale write makes',
    rule: 'MRG-8',
    parts: { planJournal: () => [] },
  },
  {
    name: 'a blind write tells nobody what it replaced',
    rule: 'MRG-8',
    parts: { planBlindWrites: () => [] },
  },
  {
    name: 'the greatest of concurrent values is the last one',
    rule: 'MRG-3',
    parts: byLastWriter('most'),
  },
  {
    name: 'a field that is never shown lower follows the last writer',
    rule: 'MRG-3',
    parts: byLastWriter('high'),
  },
  {
    name: 'who was first is overwritten by who came last',
    rule: 'MRG-3',
    parts: byLastWriter('first'),
  },
  {
    name: 'a model’s own rule is not asked',
    rule: 'MRG-3',
    parts: byLastWriter('words'),
  },
  {
    name: 'what is taken out of a set or a map stays in it',
    rule: 'MRG-3',
    parts: { putState: (spec, state, write) => putState(spec, state, { ...write, clears: [] }) },
  },
  {
    name: 'a write of one key path replaces the whole map',
    rule: 'MRG-3',
    parts: { putState: (spec, state, write) => putState(spec, state, alsoClearing(state, write, 'data:')) },
  },
  {
    name: 'a write of a counter replaces what others have counted',
    rule: 'MRG-3',
    parts: { putState: (spec, state, write) => putState(spec, state, alsoClearing(state, write, 'count:')) },
  },
  {
    name: 'a counter that was deleted goes on where it was',
    rule: 'MRG-3',
    parts: { deleteState: (state, write) => withTotals(state, deleteState(state, write)) },
  },
];

/** A write of a part takes away all other parts that it has seen. */
function alsoClearing(
  state: RecordState,
  write: Parameters<typeof putState>[2],
  prefix: string,
): Parameters<typeof putState>[2] {
  const isPart = (slot: string) => slot.startsWith(prefix);
  if (![...write.fields.keys()].some(isPart)) return write;
  const others = [...state.fields.keys()].filter((slot) => isPart(slot) && !write.fields.has(slot));
  return { ...write, clears: [...(write.clears ?? []), ...others] };
}

function withTotals(before: RecordState, after: RecordState): RecordState {
  const totals = [...before.fields].filter(([slot]) => slot.startsWith('count'));
  return { ...after, fields: new Map([...after.fields, ...totals]) };
}

function byLastWriter(name: string): PlantedFault['parts'] {
  const mistaken = createRegistry(
    specs.map((spec) => ({
      ...spec,
      fields: spec.fields.map((field) =>
        field.kind !== 'reference' && field.name === name ? { ...field, merge: 'last' as const } : field,
      ),
    })),
  );
  return {
    planApply: (_registry, reader, changes) => planApply(mistaken, reader, changes),
    planView: (_registry, reader, changed) => planView(mistaken, reader, changed),
  };
}

function withoutHidden(record: RecordConflicts): RecordConflicts {
  return { ...record, conflicts: record.conflicts.filter(({ kind }) => kind !== 'delete-beats-edit') };
}

/** A fleet's readers are maps, which know what is parked. */
function isParked(reader: ViewReader & Partial<Pick<MemoryLibrary, 'parked'>>, ref: RecordRef): boolean {
  return reader.parked?.has(refKey(ref)) === true;
}

function keepNewest(...[spec, state, write]: Parameters<typeof putState>): RecordState {
  const written = putState(spec, state, write);
  const fields = new Map([...written.fields].map(([name, siblings]) => [name, siblings.slice(0, 1)]));
  return { ...written, fields };
}

const neverWaiting = createRegistry(
  specs.map((spec) => ({
    ...spec,
    fields: spec.fields.map((field) =>
      field.kind === 'reference' && field.nullable && !tellsOwner(spec, field.name)
        ? { ...field, missing: 'null' as const }
        : field,
    ),
  })),
);

function tellsOwner({ ownership }: ModelSpec, name: string): boolean {
  return 'field' in ownership && ownership.field === name;
}

function stateToShip(state: RecordState, shown: ShowOutcome | undefined): RecordState {
  if (shown === undefined) return state;
  const fields = new Map<string, readonly Sibling[]>();
  for (const [field, siblings] of state.fields) {
    fields.set(field, [{ dot: siblings[0]!.dot, value: shown.row.get(field) ?? null }]);
  }
  return { ...state, fields };
}

function onReader(change: (reader: ViewReader) => ViewReader): PlantedFault['parts'] {
  return {
    planApply: (registry, reader, changes) => planApply(registry, change(reader), changes),
    planView: (registry, reader, changed) => planView(registry, change(reader), changed),
  };
}
