import { ownedState } from '../../capture/take-over.ts';
import { type Dot, makeDot } from '../../clock/dot.ts';
import { formatHlc } from '../../clock/hlc.ts';
import { lifeId, type RecordRef, type ReplicaId, refKey } from '../../ids.ts';
import { slotOf } from '../../merge/slot.ts';
import type { Registry } from '../../model/registry.ts';
import { type FieldSpec, type ModelSpec, owningFields } from '../../model/spec.ts';
import { withCreation } from '../../record/creation.ts';
import { emptyState, type RecordState } from '../../record/state.ts';
import type { Value } from '../../record/value.ts';
import type { Version } from '../../record/version.ts';
import { viewField } from '../../record/view.ts';
import { deleteState, putState } from '../../record/write.ts';
import { withClaim } from '../claims.ts';
import { createMemoryLibrary, type MemoryLibrary } from '../memory-library.ts';
import { isOwner, ownerOf } from '../owner.ts';
import { type IncomingChange, planApply } from '../plan-apply.ts';
import { renamed } from '../unique-value.ts';
import type { StoredRecord } from '../view-reader.ts';
import { deviceId, domainSpecs, recordRef, union, uuid } from './domain.ts';

/** One step of a made-up history; numbers choose, and are taken modulo what there is to choose from. */
export type Step =
  | {
      readonly kind: 'put';
      readonly device: number;
      readonly model: number;
      readonly record: number;
      readonly choices: readonly number[];
      /** Writes on what it loaded earlier, so that it has not seen the latest (MRG-1). */
      readonly isStale: boolean;
      readonly schemaVersion: number;
    }
  | {
      readonly kind: 'delete';
      readonly device: number;
      readonly model: number;
      readonly record: number;
      readonly isStale: boolean;
    }
  | { readonly kind: 'sync'; readonly from: number; readonly to: number; readonly count: number };

/** An entry as a log would hold it: the whole state of one record after a change. */
export interface HistoryEntry {
  readonly ref: RecordRef;
  readonly stored: StoredRecord;
}

interface Device {
  readonly index: number;
  readonly library: MemoryLibrary;
  readonly replica: ReplicaId;
  readonly entries: HistoryEntry[];
  readonly loaded: Map<string, Version>;
  ticks: number;
}

const devicesMax = 3;
/** Two for each device: a record's index tells its owner, where it has one. */
const recordsMax = 6;

/** How a history is played. */
export interface HistoryOptions {
  /** Whether devices keep to what they own, as capture makes them (MRG-5). */
  readonly isHonest: boolean;
}

/** Plays a history on several devices; returns every entry that was made, in the order of making. */
export function playHistory(
  registry: Registry,
  steps: readonly Step[],
  { isHonest }: HistoryOptions,
): HistoryEntry[] {
  const devices = Array.from({ length: devicesMax }, (_, index) => createDevice(index));
  const made: HistoryEntry[] = [];
  for (const step of steps) {
    if (step.kind === 'sync') {
      const from = devices[step.from % devicesMax]!;
      const to = devices[step.to % devicesMax]!;
      receive(registry, to, from.entries.slice(-step.count));
      continue;
    }
    const device = devices[step.device % devicesMax]!;
    const spec = domainSpecs[step.model % domainSpecs.length]!;
    const ref = recordRef(spec.name, recordIndex(spec, device, step.record, isHonest));
    const entry = write(registry, device, spec, ref, step, isHonest);
    if (entry === undefined) continue;
    receive(registry, device, [entry]);
    made.push(entry);
  }
  return made;
}

/** Entries as ingest hands them to planning. */
export function changesOf(entries: readonly HistoryEntry[]): IncomingChange[] {
  return entries.map(({ ref, stored }) => ({
    ref,
    version: stored.state.version,
    schemaVersion: stored.schemaVersion,
    open: () => stored.state,
  }));
}

function createDevice(index: number): Device {
  const replica = lifeId<ReplicaId>(deviceId(index), '0'.repeat(16));
  return { index, library: createMemoryLibrary(), replica, entries: [], loaded: new Map(), ticks: 0 };
}

function receive(registry: Registry, device: Device, entries: readonly HistoryEntry[]): void {
  device.library.carryOut(planApply(registry, device.library, changesOf(entries)));
  device.entries.push(...entries);
}

function write(
  registry: Registry,
  device: Device,
  spec: ModelSpec,
  ref: RecordRef,
  step: Exclude<Step, { kind: 'sync' }>,
  isHonest: boolean,
): HistoryEntry | undefined {
  const before = device.library.record(ref);
  const state = before?.state ?? emptyState;
  const key = refKey(ref);
  const seen = (step.isStale ? device.loaded.get(key) : undefined) ?? state.version;
  device.loaded.set(key, state.version);
  const dot = nextDot(device);
  const owned = ownedState(ownerOf(registry, device.library, spec, ref.id, state), spec, state);
  const mustBeWhole = isHonest && owned.isTakenOver;
  const write = { dot, seen: isHonest ? owned.seen(seen) : seen };
  const after =
    step.kind === 'delete'
      ? deleteState(state, write)
      : putState(spec, state, {
          ...write,
          fields: fieldsOf(spec, device, step.choices, state, { isHonest, mustBeWhole }),
        });
  if (isHonest) {
    // Capture refuses what others own, and what leads to another owner: that takes a claim (MRG-5).
    if (state.version.size > 0 && !mayWrite(registry, device, spec, ref, state)) return undefined;
    if (step.kind === 'put' && !mayWrite(registry, device, spec, ref, after)) return undefined;
    if (step.kind === 'put' && changesHands(spec, state, after)) return undefined;
  }
  const schemaVersion = Math.max(before?.schemaVersion ?? 1, step.kind === 'put' ? step.schemaVersion : 1);
  return { ref, stored: { state: after, schemaVersion } };
}

function mayWrite(
  registry: Registry,
  device: Device,
  spec: ModelSpec,
  ref: RecordRef,
  state: RecordState,
): boolean {
  const owner = ownerOf(registry, device.library, spec, ref.id, state);
  switch (owner.kind) {
    case 'device':
    case 'claimed':
      return isOwner(owner, deviceId(device.index));
    case 'shared':
    case 'lost':
      return true;
    case 'unknown':
      return false;
  }
}

function changesHands(spec: ModelSpec, before: RecordState, after: RecordState): boolean {
  const valueIn = (state: RecordState, field: string) => state.fields.get(field)?.[0]?.value ?? null;
  return owningFields(spec).some(
    // What is of one device alone may be put where it changes hands.
    (field) =>
      before.version.size > 0 &&
      valueIn(before, field) !== valueIn(after, field) &&
      !(field === 'hold' && valueIn(before, field) === null),
  );
}

/** Clocks of devices run apart, so that the order of stamps is not the order of events. */
function nextDot(device: Device): Dot {
  device.ticks++;
  return makeDot(formatHlc(1_000 + device.ticks * (device.index + 1), 0), device.replica);
}

/** A write after a delete gives every field (MRG-4), and so do rows; others the fields that the choices name. */
function fieldsOf(
  spec: ModelSpec,
  device: Device,
  choices: readonly number[],
  state: RecordState,
  { isHonest, mustBeWhole }: { readonly isHonest: boolean; readonly mustBeWhole: boolean },
): ReadonlyMap<string, Value> {
  if (spec.ownership.kind === 'claims') return claimSlot(state, device, choices, isHonest);
  const isWhole =
    mustBeWhole || spec.granularity === 'row' || state.version.size === 0 || state.deletes.length > 0;
  const fields = new Map<string, Value>();
  for (const [index, field] of spec.fields.entries()) {
    const choice = choices[index % choices.length]!;
    const named = state.fields.get(field.name)?.[0]?.value;
    if (isHonest && owningFields(spec).includes(field.name) && typeof named === 'string') {
      if (isWhole) fields.set(field.name, named);
      continue;
    }
    if (isWhole || choice % 3 !== 0) fields.set(field.name, choose(spec, field, device, choice, isHonest));
  }
  return withCreation(spec, state, { fields, isWhole });
}

/** A claim with the next epoch; a dishonest device makes it in the name of another, or takes an epoch that is taken. */
function claimSlot(
  state: RecordState,
  device: Device,
  [whose = 0, which = 0]: readonly number[],
  isHonest: boolean,
): ReadonlyMap<string, Value> {
  const said = viewField(union('claims'), state);
  const by = deviceId(isHonest || whose % 3 > 0 ? device.index : whose % devicesMax);
  const next = (JSON.parse(String(withClaim(said, by))) as string[]).at(-1)!;
  const claim = isHonest || which % 4 > 0 ? next : `${(which % 3) + 1} ${by}`;
  return new Map([[slotOf('claims', JSON.stringify(claim)), true]]);
}

/** Few, so that they meet; some look like what renaming makes of others. */
function chooseUnique(spec: ModelSpec, choice: number): Value {
  if (choice % 7 === 0) return null;
  const text = `v${choice % 3}`;
  return choice % 5 === 0 ? renamed(text, recordRef(spec.name, choice % recordsMax).id) : text;
}

function choose(spec: ModelSpec, field: FieldSpec, device: Device, choice: number, isHonest: boolean): Value {
  if (spec.uniques.some(({ fields }) => fields.includes(field.name))) return chooseUnique(spec, choice);
  if (field.kind !== 'reference') return `${device.index}-${device.ticks}`;
  if (field.nullable && choice % 4 === 0) return null;
  const kind = domainSpecs.findIndex(({ name }) => name === field.target);
  const isOwner = 'field' in spec.ownership && spec.ownership.field === field.name;
  if (field.target === 'device') return deviceId(isHonest && isOwner ? device.index : choice % devicesMax);
  if (field.target === 'hold') return uuid(kind, isHonest ? device.index : choice % devicesMax);
  if (field.target === 'place') return uuid(kind, isHonest ? device.index : choice % devicesMax);
  return uuid(kind, isOwner && isHonest ? ownIndex(device, choice) : choice % recordsMax);
}

/** Honest devices write what is theirs; a device and its place are one each. */
function recordIndex(spec: ModelSpec, device: Device, choice: number, isHonest: boolean): number {
  if (spec.name === 'hold') return choice % devicesMax;
  // Some of what others had may be ours by now.
  if (isHonest && choice > 17 && spec.name !== 'device' && spec.ownership.kind !== 'shared')
    return choice % (spec.name === 'place' ? devicesMax : recordsMax);
  if (spec.name === 'device' || spec.name === 'place') return isHonest ? device.index : choice % devicesMax;
  return spec.ownership.kind !== 'shared' && isHonest ? ownIndex(device, choice) : choice % recordsMax;
}

function ownIndex(device: Device, choice: number): number {
  return device.index + (choice % 2) * devicesMax;
}

/** Steps by which each device writes itself, its place and two items in it. */
export const settledStart: readonly Step[] = [0, 1, 2].flatMap((device) => {
  const put = (model: string, record: number, choices: readonly number[]): Step => {
    const index = domainSpecs.findIndex(({ name }) => name === model);
    return { kind: 'put', device, model: index, record, choices, isStale: false, schemaVersion: 1 };
  };
  const rootOf = device === 0 ? recordsMax : device; // 0 would choose null.
  return [
    put('device', device, [1]),
    put('hold', device, [1, 1]),
    put('place', device, [device, device === 2 ? 0 : 1, 1, rootOf]),
    put('item', device, [0, 1, 0, device]),
    put('item', device + devicesMax, [1, 1, rootOf, device]),
  ];
});
