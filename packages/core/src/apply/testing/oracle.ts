import { type Dot, dotDevice } from '../../clock/dot.ts';
import { type DeviceId, type RecordId, type RecordRef, refKey } from '../../ids.ts';
import type { Registry } from '../../model/registry.ts';
import { type ModelSpec, type ReferenceField, referencesOf } from '../../model/spec.ts';
import type { RecordState } from '../../record/state.ts';
import type { Value } from '../../record/value.ts';
import { isAlive, viewOf } from '../../record/view.ts';
import type { MemoryLibrary } from '../memory-library.ts';

/** What the view must be, worked out the slow and obvious way from all records at once. */
export interface ExpectedView {
  /** Row of every visible record; `nulled` are the fields shown as null in place of a target. */
  readonly shown: Map<string, { row: Map<string, Value>; nulled: string[] }>;
  /** Every parked record with all reasons that are true of it, as `reason`, or `reason field target`. */
  readonly parked: Map<string, Set<string>>;
}

interface Alive {
  readonly ref: RecordRef;
  readonly spec: ModelSpec;
  readonly state: RecordState;
}

/** Recomputes the view from nothing: the least fixpoint of DEP-2, by its definition. */
export function recompute(registry: Registry, records: MemoryLibrary['records']): ExpectedView {
  const parked: ExpectedView['parked'] = new Map();
  const alive = new Map<string, Alive>();
  const deleted = new Set<string>();
  const unjudged: (Alive & { key: string })[] = [];
  for (const [key, { ref, stored }] of records) {
    const spec = registry.get(ref.model);
    if (spec === undefined) parked.set(key, new Set(['unknown-model']));
    else if (stored.schemaVersion > spec.schemaVersion) parked.set(key, new Set(['unknown-schema']));
    else {
      const owner = ownerBy(registry, records, ref, stored.state);
      const record = { key, ref, spec, state: stored.state };
      if (
        owner === 'unknown' ||
        (owner === 'lost' && isAlive(spec, stored.state) && namesOwner(spec, stored.state))
      ) {
        unjudged.push(record);
        continue;
      }
      const state =
        owner === null || owner === 'lost'
          ? stored.state
          : typeof owner === 'string'
            ? onlyOf(stored.state, (dot) => dotDevice(dot) === owner)
            : latestOf(stored.state, owner);
      const isEmpty = state.fields.size === 0 && state.deletes.length === 0;
      const named = isAlive(spec, state) ? ownerBy(registry, records, ref, state) : owner;
      if (Array.isArray(owner) && named === 'unknown' && !isEmpty) {
        unjudged.push({ ...record, state });
        continue;
      }
      const namesOther = Array.isArray(owner)
        ? JSON.stringify(named) !== JSON.stringify(owner)
        : ownerDot(spec, state) !== ownerDot(spec, stored.state);
      if (owner !== null && (isEmpty || namesOther) && state !== stored.state)
        parked.set(key, new Set([refusal(registry, records, spec, stored.state)]));
      else if (isAlive(spec, state) && lacksReference(spec, state)) parked.set(key, new Set(['refused']));
      else if (isAlive(spec, state)) alive.set(key, { ref, spec, state });
      else deleted.add(key);
    }
  }

  const cut = cuts(alive);
  const held = new Set([...alive].filter(([, record]) => hasElder(alive, record, false)).map(([key]) => key));
  const visible = new Set<string>();
  for (let before = -1; before !== visible.size; ) {
    before = visible.size;
    for (const [key, record] of alive) {
      if (held.has(key)) continue;
      const waits = targets(record).filter(
        ({ field }) => field.missing === 'wait' && !isCut(cut, record, field),
      );
      if (waits.every(({ target }) => visible.has(refKey(target)))) visible.add(key);
    }
  }

  const waitReasons = (record: Alive) =>
    new Set(
      targets(record)
        .filter(({ field }) => field.missing === 'wait' && !isCut(cut, record, field))
        .filter(({ target }) => !visible.has(refKey(target)))
        .map(({ field, target }) => {
          const key = refKey(target);
          const reason = !records.has(key) ? 'missing' : deleted.has(key) ? 'orphaned' : 'waiting';
          return `${reason} ${field.name} ${key}`;
        }),
    );

  const shown: ExpectedView['shown'] = new Map();
  for (const [key, record] of alive) {
    const hidden = targets(record).filter(
      ({ field, target }) => isCut(cut, record, field) || !visible.has(refKey(target)),
    );
    if (visible.has(key)) {
      const row = viewOf(record.spec, record.state);
      rename(alive, record, row);
      for (const { field } of hidden) row.set(field.name, null);
      shown.set(key, { row, nulled: hidden.map(({ field }) => field.name).sort() });
      continue;
    }
    parked.set(key, held.has(key) ? new Set(['held']) : waitReasons(record));
  }
  for (const { key, ...record } of unjudged) parked.set(key, waitReasons(record));
  return { shown, parked };
}

/** The library's view in the oracle's terms. */
export function viewIn(library: MemoryLibrary): {
  shown: ExpectedView['shown'];
  parked: Map<string, string>;
} {
  return {
    shown: new Map(
      [...library.shown].map(([key, { row, nulled }]) => [
        key,
        { row: new Map(row), nulled: nulled.map(({ field }) => field).sort() },
      ]),
    ),
    parked: new Map(
      [...library.parked].map(([key, { reason, waitsFor }]) => [
        key,
        waitsFor === null ? reason : `${reason} ${waitsFor.field} ${refKey(waitsFor.target)}`,
      ]),
    ),
  };
}

/** Whether an alive record that was made before has the same values, in a constraint that renames, or one that holds. */
function hasElder(alive: ReadonlyMap<string, Alive>, record: Alive, renames: boolean): boolean {
  return record.spec.uniques.some(({ fields, policy }) => {
    if ((policy === 'rename') !== renames) return false;
    const own = fields.map((field) => record.state.fields.get(field)?.[0]?.value ?? null);
    if (own.includes(null)) return false;
    return [...alive.values()].some(
      (other) =>
        other.spec === record.spec &&
        [made(other), other.ref.id].join(' ') < [made(record), record.ref.id].join(' ') &&
        fields.every((field, index) => other.state.fields.get(field)?.[0]?.value === own[index]),
    );
  });
}

/** The stamp of a record's making; of one that its owner gave none, its least dot. */
function made({ state }: Alive): string {
  const stamps = (state.fields.get('@created') ?? []).map(({ dot, value }) => String(value ?? dot));
  const dots = [...state.fields.values()].flat().map(({ dot }) => dot);
  return [...(stamps.length > 0 ? stamps : dots)].sort()[0] ?? '';
}

/** Renamed is what has an elder, and what looks so: by the only constraint of the model that renames. */
function rename(alive: ReadonlyMap<string, Alive>, record: Alive, row: Map<string, Value>): void {
  const field = record.spec.uniques.find(({ policy }) => policy === 'rename')?.fields.at(-1);
  const text = field && row.get(field);
  if (typeof text !== 'string') return;
  const looksSo = /\([0-9a-f-]{36}\)$/.test(text);
  if (looksSo || hasElder(alive, record, true)) row.set(field!, `${text} (${record.ref.id})`);
}

function owningField(spec: ModelSpec): string | undefined {
  return spec.ownership.kind === 'through' ? spec.ownership.field : undefined;
}

function namesOwner(spec: ModelSpec, state: RecordState): boolean {
  return typeof state.fields.get(owningField(spec) ?? '')?.[0]?.value === 'string';
}

function lacksReference(spec: ModelSpec, state: RecordState): boolean {
  const set = new Set(targets({ spec, state }).map(({ field }) => field.name));
  return referencesOf(spec).some(({ name, nullable }) => !nullable && !set.has(name));
}

function ownerDot({ ownership }: ModelSpec, { fields }: RecordState): string | undefined {
  if (!('field' in ownership)) return undefined;
  const named = fields.get(ownership.field)?.[0];
  const isSet = ownership.kind !== 'through' || typeof named?.value === 'string';
  return isSet || ownership.otherwise === undefined ? named?.dot : fields.get(ownership.otherwise)?.[0]?.dot;
}

function refusal(
  registry: Registry,
  records: MemoryLibrary['records'],
  spec: ModelSpec,
  state: RecordState,
): string {
  const id = leadingId(registry, records, spec, state);
  if (id === null) return 'refused';
  const field = owningField(spec)!;
  const target = referencesOf(spec).find(({ name }) => name === field)!.target;
  return `refused ${field} ${target}/${id}`;
}

function targets({
  spec,
  state,
}: Pick<Alive, 'spec' | 'state'>): { field: ReferenceField; target: RecordRef }[] {
  return referencesOf(spec).flatMap((field) => {
    const id = state.fields.get(field.name)?.[0]?.value;
    return typeof id === 'string' ? [{ field, target: { model: field.target, id: id as RecordId } }] : [];
  });
}

function isCut(cut: ReadonlySet<string>, record: Alive, field: ReferenceField): boolean {
  return field.target === record.spec.name && field.missing === 'wait' && cut.has(refKey(record.ref));
}

/** Of each circle of waiting self-references, the record that was written last. */
function cuts(alive: ReadonlyMap<string, Alive>): Set<string> {
  const parentOf = (record: Alive) =>
    targets(record).find(({ field }) => field.target === record.spec.name && field.missing === 'wait');
  const cut = new Set<string>();
  for (const [start, record] of alive) {
    const circle: Alive[] = [];
    let at: Alive | undefined = record;
    for (let steps = 0; at !== undefined && steps <= alive.size; steps++) {
      circle.push(at);
      const parent = parentOf(at);
      if (parent !== undefined && refKey(parent.target) === start) {
        const dot = (member: Alive) => member.state.fields.get(parentOf(member)!.field.name)![0]!.dot;
        circle.sort((a, b) => (dot(a) < dot(b) ? 1 : -1));
        cut.add(refKey(circle[0]!.ref));
        break;
      }
      at = parent === undefined ? undefined : alive.get(refKey(parent.target));
    }
  }
  return cut;
}

/** One claim on what is owned through a record, as [epoch, dot, device]. */
type ClaimOf = readonly [epoch: number, dot: string, device: string];

/** The owning device, the claims by which it changes hands, or null where anyone may write. */
type OwnerBy = DeviceId | 'unknown' | 'lost' | null | ClaimOf[];

function ownerBy(
  registry: Registry,
  records: MemoryLibrary['records'],
  ref: RecordRef,
  state = records.get(refKey(ref))?.stored.state,
): OwnerBy {
  const spec = registry.get(ref.model);
  if (spec === undefined || state === undefined) return 'unknown';
  const { ownership } = spec;
  if (ownership.kind === 'shared' || ownership.kind === 'claims') return null;
  if (ownership.kind === 'self') return ref.id as string as DeviceId;
  const nobody = state.deletes.length > 0 ? 'lost' : null;
  if (ownership.kind === 'through') {
    const id = leadingId(registry, records, spec, state);
    if (id !== null) return ownerAt(registry, records, spec, id);
    if (ownership.otherwise === undefined) return nobody;
  }
  const device = ownership.kind === 'device' ? ownership.field : ownership.otherwise!;
  return (state.fields.get(device)?.[0]?.value as DeviceId | null | undefined) ?? nobody;
}

/** Who owns what is owned through the record of that id. */
function ownerAt(
  registry: Registry,
  records: MemoryLibrary['records'],
  spec: ModelSpec,
  id: string,
): OwnerBy {
  const { target } = referencesOf(spec).find(({ name }) => name === owningField(spec))!;
  const through = { model: target, id: id as RecordId };
  const stored = records.get(refKey(through))?.stored;
  const { schemaVersion, ownership } = registry.require(target);
  if ((stored?.schemaVersion ?? 0) > schemaVersion) return 'lost';
  if (ownership.kind !== 'claims' || stored === undefined) return ownerBy(registry, records, through);
  const claims: ClaimOf[] = [];
  for (const [slot, siblings] of stored.state.fields) {
    const [epoch, device] = String(JSON.parse(slot.slice('claims:'.length))).split(' ');
    const own = siblings.map(({ dot }) => dot).filter((dot) => dotDevice(dot) === device);
    if (own.length > 0) claims.push([Number(epoch), own.sort()[0]!, device!]);
  }
  return claims.sort((a, b) => b[0] - a[0] || (a[1] < b[1] ? 1 : -1));
}

/**
 * The record that leads to the owner: the last writer's; where what that leads to changes hands, the one of the highest
 * epoch of those that lead to the same.
 */
function leadingId(
  registry: Registry,
  records: MemoryLibrary['records'],
  spec: ModelSpec,
  state: RecordState,
): string | null {
  const all = (state.fields.get(owningField(spec) ?? '') ?? []).map(({ dot, value }) => ({
    ...{ dot, id: value as string | null },
    owner: typeof value === 'string' ? ownerAt(registry, records, spec, value) : null,
  }));
  const [last] = all;
  if (last === undefined || !Array.isArray(last.owner)) return last?.id ?? null;
  const claims = last.owner;
  const same = all
    .filter(
      ({ owner, dot }) => JSON.stringify(owner) === JSON.stringify(claims) && placeOf(dot, claims) !== null,
    )
    .sort((a, b) => placeOf(a.dot, claims)! - placeOf(b.dot, claims)! || (a.dot < b.dot ? 1 : -1));
  return (same[0] ?? last).id;
}

/** Which claim a change was made under: the latest of its device by then, or the device's first. */
function placeOf(dot: Dot, claims: readonly ClaimOf[]): number | null {
  const own = claims.filter(([, , device]) => device === dotDevice(dot));
  const first = own.at(-1);
  const claim = own.find(([, made]) => made <= dot) ?? first;
  return claim === undefined ? null : claims.indexOf(claim);
}

/** Only what was made under the claim that counts for most of those under which anything here was. */
function latestOf(state: RecordState, claims: readonly ClaimOf[]): RecordState {
  const dots = [...[...state.fields.values()].flat().map(({ dot }) => dot), ...state.deletes];
  const places = dots.map((dot) => placeOf(dot, claims)).filter((place) => place !== null);
  const highest = Math.min(...places);
  return onlyOf(state, (dot) => placeOf(dot, claims) === highest);
}

function onlyOf(state: RecordState, isKept: (dot: Dot) => boolean): RecordState {
  const fields = [...state.fields].flatMap(([name, siblings]) => {
    const own = siblings.filter(({ dot }) => isKept(dot));
    return own.length > 0 ? ([[name, own]] as const) : [];
  });
  const deletes = state.deletes.filter(isKept);
  const before = [...state.fields.values()].flat().length + state.deletes.length;
  const after = fields.flatMap(([, own]) => own).length + deletes.length;
  return before === after ? state : { version: state.version, fields: new Map(fields), deletes };
}
