import { type Dot, makeDot } from '../../clock/dot.ts';
import { formatHlc } from '../../clock/hlc.ts';
import { lifeId, type RecordRef, type ReplicaId, refKey } from '../../ids.ts';
import type { Registry } from '../../model/registry.ts';
import { withCreation } from '../../record/creation.ts';
import { emptyState } from '../../record/state.ts';
import type { Value } from '../../record/value.ts';
import { deleteState, putState } from '../../record/write.ts';
import { createMemoryLibrary, type MemoryLibrary } from '../memory-library.ts';
import { type ApplyPlan, planApply } from '../plan-apply.ts';
import { deviceId, domain } from './domain.ts';
import { changesOf, type HistoryEntry } from './history.ts';

/** Who writes, and when. */
export interface At {
  readonly device: number;
  readonly ms: number;
  /** Which of the device's replicas; 0 if not said. */
  readonly replica?: number;
}

/** The entry of a write of `fields` on top of what `on` holds. */
export function put(
  ref: RecordRef,
  fields: Readonly<Record<string, Value>>,
  at: At,
  on?: HistoryEntry,
): HistoryEntry {
  const state = on?.stored.state ?? emptyState;
  const write = { dot: dotOf(at), seen: state.version, fields: new Map(Object.entries(fields)) };
  return entryOf(ref, putState(domain.require(ref.model), state, write));
}

/** The entry of a write of a whole record, as capture makes it: with the creation stamp where the model has one (MRG-7). */
export function made(
  ref: RecordRef,
  fields: Readonly<Record<string, Value>>,
  at: At,
  on?: HistoryEntry,
): HistoryEntry {
  const state = on?.stored.state ?? emptyState;
  const whole = withCreation(domain.require(ref.model), state, {
    fields: new Map(Object.entries(fields)),
    isWhole: true,
  });
  return put(ref, Object.fromEntries(whole), at, on);
}

/** The entry of a delete that has seen what `on` holds. */
export function remove(on: HistoryEntry, at: At): HistoryEntry {
  const { state } = on.stored;
  return entryOf(on.ref, deleteState(state, { dot: dotOf(at), seen: state.version }));
}

/** The same entry as written by a program of another schema version. */
export function inSchema(entry: HistoryEntry, schemaVersion: number): HistoryEntry {
  return { ref: entry.ref, stored: { state: entry.stored.state, schemaVersion } };
}

/** Applies entries as one batch and returns the plan that was carried out. */
export function apply(
  library: MemoryLibrary,
  entries: readonly HistoryEntry[],
  registry: Registry = domain,
): ApplyPlan {
  const plan = planApply(registry, library, changesOf(entries));
  library.carryOut(plan);
  return plan;
}

/** A library to which the batches were applied in turn. */
export function libraryOf(...batches: readonly (readonly HistoryEntry[])[]): MemoryLibrary {
  const library = createMemoryLibrary();
  for (const batch of batches) apply(library, batch);
  return library;
}

/** One field of a record's row; undefined where the record is not shown. */
export function shownField(library: MemoryLibrary, ref: RecordRef, field: string): Value | undefined {
  return library.shown.get(refKey(ref))?.row.get(field);
}

/** Why a record is parked: `reason`, or `reason field`; undefined where it is not. */
export function parkedReason(library: MemoryLibrary, ref: RecordRef): string | undefined {
  const parked = library.parked.get(refKey(ref));
  if (parked === undefined) return undefined;
  return parked.waitsFor === null ? parked.reason : `${parked.reason} ${parked.waitsFor.field}`;
}

function entryOf(ref: RecordRef, state: HistoryEntry['stored']['state']): HistoryEntry {
  return { ref, stored: { state, schemaVersion: 1 } };
}

function dotOf({ device, ms, replica = 0 }: At): Dot {
  return makeDot(formatHlc(ms, 0), lifeId<ReplicaId>(deviceId(device), `${replica}`.repeat(16)));
}
