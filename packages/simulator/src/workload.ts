import {
  emptyVersion,
  isAlive,
  isOwner,
  type ModelSpec,
  ownerOf,
  type RecordRef,
  type RecordWrite,
  refKey,
  renamed,
  type Value,
  type Version,
} from '@shoal/core';
import { deviceId, recordRef } from './data/domain.ts';
import { volumeModels } from './data/volume-specs.ts';
import { announcement } from './device/announced-schemas.ts';
import type { Device } from './device/device.ts';
import { itemModels } from './item-writes.ts';
import { changeSheet, makeSheet, wholeSheet } from './sheet-writes.ts';

/** What people on one device read some time ago and may still write upon (MRG-1). */
export type Loaded = Map<string, Read>;

/** A record as it was read. */
export interface Read {
  readonly seen: Version;
  readonly row: ReadonlyMap<string, Value>;
}

/** What people make, by how often. */
const madeModels = ['item', 'tag', 'tag', 'mark', 'note', 'content', 'item', 'tag'] as const;

/** What people make of which values may collide, instead of one of those. */
const uniqueModels = ['label', 'label', 'charm'] as const;

/** What nobody writes like the rest. */
const unchosen: ReadonlySet<string> = new Set(['leaflet', 'program']);

/** Records on which devices meet by a derived id. */
const derivedIds = 4;

/** The first writes of a device: itself, its place, an item in it; and what its program can read, if it says so. */
export function firstWrites({ index, id, library }: Device, saysWhatItReads: boolean): RecordWrite[] {
  const place = recordRef('place', index);
  const said = saysWhatItReads ? announcement(id, library) : null;
  const put = (ref: RecordRef, fields: Readonly<Record<string, Value>>): RecordWrite => ({
    kind: 'put',
    ref,
    fields: new Map(Object.entries(fields)),
    seen: emptyVersion,
  });
  return [
    put(recordRef('device', index), { name: `device ${index}` }),
    put(place, { device: deviceId(index), name: `place of ${index}`, root: null }),
    put(recordRef('item', index), { content: null, name: 'root', parent: null, place: place.id }),
    ...(said === null ? [] : [said]),
  ];
}

/**
 * What the draws of an action mean on a device as it is now: making, changing, moving, deleting, bringing back; on
 * what is shown, or on what was loaded earlier. `serial` names what is made, so that it does not depend on what
 * happened before. May be refused by capture, as people's wishes are.
 */
export function chooseWrites(
  device: Device,
  loaded: Loaded,
  draws: readonly number[],
  { serial, hasSheets }: { readonly serial: number; readonly hasSheets: boolean },
): RecordWrite[] {
  const [what = 0, which = 0, stale = 0, ...rest] = draws;
  const { memory } = device.library;
  // Few, on which devices meet.
  const isOnSheet = hasSheets && rest.at(-1)! % 2 === 0;
  if (isOnSheet && what % 10 < 2) return [makeSheet(which, rest)];
  const writable = [...memory.shown.values()].filter(
    ({ spec, ref }) =>
      mayWrite(device, spec, ref) &&
      isOnSheet === (ref.model === 'sheet') &&
      !itemModels.has(ref.model) &&
      !volumeModels.has(ref.model) &&
      !unchosen.has(ref.model),
  );
  const shown = writable[which % Math.max(1, writable.length)];
  const isFresh = what % 10 < 3 || shown === undefined;
  if (isFresh) {
    const models = stale % 4 === 3 ? uniqueModels : madeModels;
    return [make(device, models[which % models.length]!, rest, serial)];
  }
  const key = refKey(shown.ref);
  const here: Read = { seen: memory.record(shown.ref)!.state.version, row: shown.row };
  const read = stale % 3 === 0 ? (loaded.get(key) ?? here) : here;
  const { seen } = read;
  // Of those who read, some come back to it much later.
  if (stale % 2 === 0 || !loaded.has(key)) loaded.set(key, here);
  if (what % 10 === 4) return bringBack(device, loaded, which, rest);
  if (what % 10 === 5) return [{ kind: 'delete', ref: shown.ref, seen: stale % 7 === 0 ? null : seen }];
  if (isOnSheet) return [changeSheet(shown.ref, read, stale % 7 === 0, rest)];
  return [
    {
      kind: 'put',
      ref: shown.ref,
      fields: someFields(device, shown.spec, rest, serial),
      seen: stale % 7 === 0 ? null : seen,
    },
  ];
}

/** Whether a record is this device's to write, as far as it knows (MRG-5). */
export function mayWrite(device: Device, spec: ModelSpec, ref: RecordRef): boolean {
  const { memory, registry } = device.library;
  const owner = ownerOf(registry, memory, spec, ref.id, memory.record(ref)!.state);
  return owner.kind === 'shared' || isOwner(owner, device.id);
}

function make(device: Device, model: string, draws: readonly number[], serial: number): RecordWrite {
  const spec = device.library.registry.require(model);
  const isDerived = spec.ids === 'derived';
  const ref = recordRef(model, isDerived ? draws[0]! % derivedIds : 1_000 + serial);
  const fields = new Map(
    spec.fields.map((field, at) => [field.name, valueFor(device, spec, field.name, draws[at]!, serial)]),
  );
  return { kind: 'put', ref, fields, seen: null };
}

/** A deleted record of ours or of all, whole, on what its tombstone says, or by somebody who has not seen it (MRG-4). */
function bringBack(device: Device, loaded: Loaded, which: number, draws: readonly number[]): RecordWrite[] {
  const { memory, registry } = device.library;
  const dead = [...memory.records.values()].filter(({ ref, stored }) => {
    const spec = registry.get(ref.model);
    if (spec === undefined) return false;
    return !isAlive(spec, stored.state) && (spec.ownership.kind === 'shared' || isOwnNumber(device, ref));
  });
  const chosen = dead[which % Math.max(1, dead.length)];
  if (chosen === undefined) return [];
  const { ref, stored } = chosen;
  if (ref.model === 'sheet')
    return [{ kind: 'replace', ref, fields: wholeSheet(draws), seen: stored.state.version }];
  const spec = registry.require(ref.model);
  const fields = new Map(
    spec.fields.map(({ name }, at) => [name, valueFor(device, spec, name, draws[at]!, which)]),
  );
  const seen = (draws[0]! % 2 === 0 ? loaded.get(refKey(ref))?.seen : undefined) ?? stored.state.version;
  return [{ kind: 'put', ref, fields, seen }];
}

/** Devices and places carry the number of their device. */
function isOwnNumber(device: Device, ref: RecordRef): boolean {
  const owned = ref.model === 'device' || ref.model === 'place';
  return owned && ref.id === recordRef(ref.model, device.index).id;
}

function someFields(
  device: Device,
  spec: ModelSpec,
  draws: readonly number[],
  serial: number,
): Map<string, Value> {
  const fields = new Map<string, Value>();
  for (const [at, { name }] of spec.fields.entries()) {
    if (draws[at]! % 3 === 0) continue;
    // Whose a record is does not change hands yet (MRG-5).
    const isOwner = 'field' in spec.ownership && spec.ownership.field === name;
    if (!isOwner) fields.set(name, valueFor(device, spec, name, draws[at]!, serial));
  }
  return fields;
}

/** A value for a field: of a reference something that is shown. */
export function valueFor(device: Device, spec: ModelSpec, name: string, draw: number, serial: number): Value {
  const field = spec.fields.find((f) => f.name === name)!;
  if (spec.uniques.some(({ fields }) => fields.includes(name)) && field.kind !== 'reference')
    return uniqueText(device, spec, name, draw);
  if (field.kind !== 'reference') return field.nullable && draw % 5 === 0 ? null : `${name} ${serial}`;
  if (field.target === 'device') return device.id;
  if (field.target === 'place') return recordRef('place', device.index).id;
  if (field.nullable && draw % 4 === 0) return null;
  const targets = [...device.library.memory.shown.values()].filter(({ ref }) => ref.model === field.target);
  return targets[draw % Math.max(1, targets.length)]?.ref.id ?? null;
}

/** Few, so that they meet; now and then one that reads as another record's would where it is renamed (MRG-7). */
function uniqueText(device: Device, { name: model }: ModelSpec, name: string, draw: number): Value {
  if (draw % 5 === 0) return null;
  const text = `${name} ${draw % 4}`;
  const others = [...device.library.memory.shown.values()].filter(({ ref }) => ref.model === model);
  const other = draw % 9 === 0 ? others[draw % Math.max(1, others.length)] : undefined;
  return other === undefined ? text : renamed(text, other.ref.id);
}
