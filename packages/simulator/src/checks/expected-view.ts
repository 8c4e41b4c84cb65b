import {
  creationField,
  isAlive,
  type MemoryLibrary,
  type ModelSpec,
  type RecordRef,
  type RecordState,
  type Registry,
  referencesOf,
  refKey,
  type UniqueSpec,
  type Value,
} from '@shoal/core';
import { ofHighestEpoch } from './expected-epoch.ts';
import { expectedValue } from './expected-value.ts';

/**
 * The oracle of the view (DEP-2): from all states at once, the least fixpoint of "alive, not held, and every reference
 * that waits points to something visible", circles cut at the greatest dot. One line per visible record, references that
 * show null as null. Devices here write only what is theirs, so of ownership only this is left: until what names the
 * owner is known, nothing of a record is accepted, and where it changes hands the highest epoch is shown (MRG-5).
 */
export function expectedView(registry: Registry, records: MemoryLibrary['records']): Map<string, string> {
  const alive = new Map<string, { ref: RecordRef; state: RecordState }>();
  for (const [key, { ref, stored }] of records) {
    const spec = registry.get(ref.model);
    if (spec === undefined || stored.schemaVersion > spec.schemaVersion) continue;
    const state = ofHighestEpoch(registry, ref, stored.state, records);
    if (state !== null && isAlive(spec, state) && hasKnownOwner(registry, spec, state, records))
      alive.set(key, { ref, state });
  }
  const cut = cutInCircles(registry, alive);
  const younger = youngerThanOthers(registry, alive);
  const visible = new Set<string>();
  for (let before = -1; before !== visible.size; ) {
    before = visible.size;
    for (const [key, { ref, state }] of alive) {
      if (younger.held.has(key)) continue;
      const waits = pointers(registry, ref, state).filter(
        ({ missing, name }) => missing === 'wait' && !cut.has(`${key} ${name}`),
      );
      if (waits.every(({ target }) => visible.has(target))) visible.add(key);
    }
  }
  const rows = new Map<string, string>();
  for (const key of visible) {
    const { ref, state } = alive.get(key)!;
    const shownNull = pointers(registry, ref, state).filter(
      ({ name, target }) => cut.has(`${key} ${name}`) || !visible.has(target),
    );
    const nulls = new Set(shownNull.map(({ name }) => name));
    const row = registry.require(ref.model).fields.map((field) => {
      const { name } = field;
      return [name, nulls.has(name) ? null : shownText(expectedValue(field, state), key, name)];
    });
    rows.set(key, JSON.stringify(row));
  }
  return rows;

  function shownText(value: Value, key: string, name: string): Value {
    const model = registry.require(key.split('/')[0]!);
    const renames = model.uniques.some(({ fields, policy }) => policy === 'rename' && fields.at(-1) === name);
    if (typeof value !== 'string' || !renames) return value;
    const looksRenamed = /\([0-9a-f-]{36}\)$/.test(value);
    return looksRenamed || younger.renamed.has(key) ? `${value} (${key.split('/')[1]})` : value;
  }
}

/** Who has the values of a record that was made before, whatever is visible (MRG-7). */
function youngerThanOthers(
  registry: Registry,
  alive: ReadonlyMap<string, { ref: RecordRef; state: RecordState }>,
) {
  const younger = { held: new Set<string>(), renamed: new Set<string>() };
  const sharersByValue = new Map<string, { key: string; order: string; policy: UniqueSpec['policy'] }[]>();
  for (const [key, { ref, state }] of alive) {
    for (const { fields, policy } of registry.require(ref.model).uniques) {
      const values = fields.map((field) => state.fields.get(field)?.[0]?.value ?? null);
      if (values.includes(null)) continue;
      const value = JSON.stringify([ref.model, fields, values]);
      const made = (state.fields.get(creationField) ?? [])
        .map(({ dot, value }) => String(value ?? dot))
        .sort();
      const sharers = sharersByValue.get(value) ?? [];
      sharersByValue.set(value, [...sharers, { key, order: `${made[0]} ${ref.id}`, policy }]);
    }
  }
  for (const sharers of sharersByValue.values()) {
    const [, ...others] = sharers.sort((a, b) => (a.order < b.order ? -1 : 1));
    for (const { key, policy } of others) younger[policy === 'rename' ? 'renamed' : 'held'].add(key);
  }
  return younger;
}

/** Whether the record through which this one is owned has arrived and still names a device. */
function hasKnownOwner(
  registry: Registry,
  spec: ModelSpec,
  state: RecordState,
  records: MemoryLibrary['records'],
): boolean {
  const { ownership } = spec;
  if (ownership.kind === 'device') return typeof state.fields.get(ownership.field)?.[0]?.value === 'string';
  if (ownership.kind !== 'through') return true;
  const target = pointersOf(spec, state).find(({ name }) => name === ownership.field)?.target;
  if (target === undefined) return true;
  const through = records.get(target);
  if (through === undefined) return false;
  return hasKnownOwner(registry, registry.require(through.ref.model), through.stored.state, records);
}

/** The view that a library shows, in the oracle's words. A column that came with an upgrade has its default in every row. */
export function shownView({
  registry,
  memory,
}: {
  readonly registry: Registry;
  readonly memory: MemoryLibrary;
}): Map<string, string> {
  return new Map(
    [...memory.shown].map(([key, { ref, row }]) => {
      const { fields } = registry.require(ref.model);
      const values = fields.map(({ name, default: value }) => [name, row.has(name) ? row.get(name) : value]);
      return [key, JSON.stringify(values)];
    }),
  );
}

interface Pointer {
  readonly name: string;
  readonly missing: 'wait' | 'null';
  readonly target: string;
  readonly dot: string;
}

function pointers(registry: Registry, ref: RecordRef, state: RecordState): Pointer[] {
  return pointersOf(registry.require(ref.model), state);
}

function pointersOf(spec: ModelSpec, state: RecordState): Pointer[] {
  return referencesOf(spec).flatMap(({ name, missing, target }) => {
    const sibling = state.fields.get(name)?.[0];
    if (typeof sibling?.value !== 'string') return [];
    return [
      {
        name,
        missing,
        target: refKey({ model: target, id: sibling.value as RecordRef['id'] }),
        dot: sibling.dot,
      },
    ];
  });
}

/** `record field` of every reference that closes a circle of its own kind and was written last in it. */
function cutInCircles(
  registry: Registry,
  alive: ReadonlyMap<string, { ref: RecordRef; state: RecordState }>,
): Set<string> {
  const up = (key: string) => {
    const record = alive.get(key);
    if (record === undefined) return undefined;
    const own = `${record.ref.model}/`;
    return pointers(registry, record.ref, record.state).find(
      (p) => p.missing === 'wait' && p.target.startsWith(own),
    );
  };
  const cut = new Set<string>();
  for (const start of alive.keys()) {
    const circle: string[] = [];
    for (
      let at: string | undefined = start;
      at !== undefined && circle.length <= alive.size;
      at = up(at)?.target
    ) {
      circle.push(at);
      if (up(at)?.target !== start) continue;
      const last = circle.reduce((a, b) => (up(b)!.dot > up(a)!.dot ? b : a));
      cut.add(`${last} ${up(last)!.name}`);
      break;
    }
  }
  return cut;
}
