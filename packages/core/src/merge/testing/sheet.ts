import { createMemoryLibrary, type MemoryLibrary } from '../../apply/memory-library.ts';
import { type IncomingChange, planApply } from '../../apply/plan-apply.ts';
import { planJournal } from '../../apply/plan-journal.ts';
import { planView } from '../../apply/plan-view.ts';
import { deviceId, model, recordRef, text } from '../../apply/testing/domain.ts';
import { planBlindWrites } from '../../capture/blind-writes.ts';
import { draftWrites } from '../../capture/draft-writes.ts';
import type { RecordWrite } from '../../capture/record-write.ts';
import { type Dot, makeDot } from '../../clock/dot.ts';
import { type Clock, formatHlc } from '../../clock/hlc.ts';
import { lifeId, type ReplicaId, refKey } from '../../ids.ts';
import { createRegistry } from '../../model/registry.ts';
import type { ModelSpec, ValueField } from '../../model/spec.ts';
import type { RecordState } from '../../record/state.ts';
import { emptyState } from '../../record/state.ts';
import type { Value } from '../../record/value.ts';
import type { Version } from '../../record/version.ts';
import type { MergeRule } from '../merge-rule.ts';

/** A nullable integer that is merged by a rule. */
export function integer(name: string, merge: MergeRule): ValueField {
  return { kind: 'integer', name, nullable: true, default: null, merge };
}

/** A JSON field that is merged in parts. */
export function parted(name: string, merge: 'union' | 'map'): ValueField {
  return { kind: 'json', name, nullable: false, default: merge === 'union' ? '[]' : '{}', merge };
}

export function counter(name: string): ValueField {
  return { kind: 'integer', name, nullable: false, default: 0, merge: 'counter' };
}

/** A text in which all siblings are, in order: nothing is left out. */
export const words: ValueField = {
  ...text('words'),
  merge: (siblings) => ({
    kind: 'merged',
    value: [...new Set(siblings.flatMap(({ value }) => String(value ?? '').split('|')))].sort().join('|'),
  }),
};

/** A field of every rule. */
export const sheetFields: readonly ValueField[] = [
  counter('count'),
  parted('data', 'map'),
  integer('first', 'first'),
  integer('high', 'monotone'),
  parted('labels', 'union'),
  integer('least', 'min'),
  integer('most', 'max'),
  text('name'),
  words,
];

export const sheet: ModelSpec = model('sheet', { kind: 'shared' }, sheetFields);
export const rowSheet: ModelSpec = model('row_sheet', { kind: 'shared' }, sheetFields, {
  granularity: 'row',
});
export const sheets = createRegistry([sheet, rowSheet]);

/** The dot of a device at a time. */
export function dotAt(device: number, ms: number): Dot {
  return makeDot(formatHlc(ms, 0), replicaOf(device));
}

export function replicaOf(device: number): ReplicaId {
  return lifeId<ReplicaId>(deviceId(device), '0'.repeat(16));
}

/** A state of siblings by slot, each `[device, ms, value]`. */
export function stateOf(slots: Readonly<Record<string, readonly [number, number, Value][]>>): RecordState {
  const fields = Object.entries(slots).map(
    ([slot, values]) =>
      [
        slot,
        values
          .map(([device, ms, value]) => ({ dot: dotAt(device, ms), value }))
          .sort((a, b) => (a.dot < b.dot ? 1 : -1)),
      ] as const,
  );
  return { ...emptyState, fields: new Map(fields) };
}

/** What a write says beside its fields. */
export interface Reading {
  /** Null: blind. What is there if not said. */
  readonly seen?: Version | null;
  readonly shown?: Readonly<Record<string, Value>>;
}

/** One device with one sheet: writes as capture does, takes in what others have. */
export function openSheet(device: number, spec: ModelSpec = sheet) {
  const library: MemoryLibrary = createMemoryLibrary();
  const ref = { model: spec.name, id: recordRef('sheet', 1).id };
  let clock: Clock = { ms: 1_000 + device, counter: 0 };

  function carryOut(writes: readonly RecordWrite[]) {
    const drafts = draftWrites(
      {
        registry: sheets,
        reader: library,
        nulledFields: () => [],
        schemas: new Map(),
        device: deviceId(device),
        replica: replicaOf(device),
        clock,
        wallMs: () => 0,
      },
      writes,
    );
    clock = drafts.clock;
    const changed = drafts.all();
    const view = planView(sheets, drafts.reader, changed);
    const journal = planJournal(sheets, drafts.reader, changed, view);
    library.carryOut({ stored: changed, view, journal, blindWrites: planBlindWrites(drafts, writes) });
    return drafts.changes;
  }

  const state = (): RecordState => library.record(ref)?.state ?? emptyState;
  return {
    state,
    library,
    ref,
    write(fields: Readonly<Record<string, Value>>, { seen = state().version, shown }: Reading = {}) {
      const given = shown === undefined ? {} : { shown: new Map(Object.entries(shown)) };
      return carryOut([{ kind: 'put', ref, fields: new Map(Object.entries(fields)), seen, ...given }]);
    },
    replace(fields: Readonly<Record<string, Value>>) {
      return carryOut([
        { kind: 'replace', ref, fields: new Map(Object.entries(fields)), seen: state().version },
      ]);
    },
    remove: (seen: Version | null = state().version) => carryOut([{ kind: 'delete', ref, seen }]),
    /** Lets the clock run on, so that the order of stamps is not the order of events. */
    wait(ms: number) {
      if (ms > 0) clock = { ms: clock.ms + ms, counter: 0 };
    },
    take(...others: readonly RecordState[]) {
      const changes = others.map(
        (other): IncomingChange => ({ ref, version: other.version, schemaVersion: 1, open: () => other }),
      );
      library.carryOut(planApply(sheets, library, changes));
    },
    /** What is shown of a field; undefined where the record is not. */
    shows: (field: string) => library.shown.get(refKey(ref))?.row.get(field),
    row: () => Object.fromEntries(library.shown.get(refKey(ref))?.row ?? []),
    /** Fields or parts that the journal holds open. */
    open: () =>
      library.journal
        .filter((row) => row.state.kind === 'open')
        .map(({ conflict }) => conflict.field ?? conflict.kind)
        .sort(),
    blind: () => library.journal.filter(({ conflict }) => conflict.kind === 'blind-write'),
  };
}

export type Sheet = ReturnType<typeof openSheet>;
