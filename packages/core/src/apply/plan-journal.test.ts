import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refKey } from '../ids.ts';
import { covers } from '../record/version.ts';
import { type Conflict, conflictDots, conflictsIn } from './conflicts.ts';
import type { JournalRow } from './memory-journal.ts';
import { createMemoryLibrary, type MemoryLibrary } from './memory-library.ts';
import { ownerOf } from './owner.ts';
import { planApply } from './plan-apply.ts';
import { delivered } from './testing/delivered.ts';
import { deviceId, domain, recordRef } from './testing/domain.ts';
import { changesOf, type HistoryEntry } from './testing/history.ts';
import { apply, inSchema, libraryOf, put, remove, shownField } from './testing/scene.ts';

const runs = 100;
const tag = recordRef('tag', 1);
const first = put(tag, { name: 'first', creator: null, parent: null }, { device: 0, ms: 1 });
const onA = put(tag, { name: 'on A' }, { device: 0, ms: 2 }, first);
const onB = put(tag, { name: 'on B' }, { device: 1, ms: 3 }, first);
const deleted = remove(first, { device: 1, ms: 4 });

/** The state that a device has which applied all of them: to write upon. */
function joined(...entries: readonly HistoryEntry[]): HistoryEntry {
  return { ref: entries[0]!.ref, stored: libraryOf(entries).record(entries[0]!.ref)! };
}

function valuesIn({ content }: Conflict, field: string) {
  return content.fields.get(field)?.map(({ value }) => value);
}

function openRows(library: MemoryLibrary): Conflict[] {
  return library.journal.filter(({ state }) => state.kind === 'open').map(({ conflict }) => conflict);
}

function kindsOf(library: MemoryLibrary): string[] {
  return library.journal.map(({ conflict, state }) => `${conflict.kind} ${state.kind}`);
}

describe('the journal', () => {
  test('[MRG-8] tells of siblings: the field, every value, and the one that is shown', () => {
    const library = libraryOf([first, onA], [onB]);
    const [row] = openRows(library);
    expect(row).toMatchObject({ kind: 'siblings', field: 'name', winner: conflictDots(row!).at(-1) });
    expect(valuesIn(row!, 'name')).toEqual(['on B', 'on A']);
    expect(shownField(library, tag, 'name')).toBe('on B');
  });

  test('[MRG-8] tells nothing of edits of different fields, of edits one after the other, of values that agree', () => {
    const parent = put(tag, { creator: deviceId(0) }, { device: 1, ms: 3 }, first);
    const after = put(tag, { name: 'after' }, { device: 1, ms: 3 }, onA);
    const same = put(tag, { name: 'on A' }, { device: 1, ms: 3 }, first);
    for (const entry of [parent, after, same]) expect(libraryOf([first], [onA], [entry]).journal).toEqual([]);
  });

  test('[MRG-5] [MRG-8] tells of siblings where anybody may write, as of what hangs on nothing that has an owner', () => {
    const note = recordRef('note', 1);
    const free = put(note, { content: null, item: null, words: 'first' }, { device: 0, ms: 1 });
    const [one, other] = [0, 1].map((device) =>
      put(note, { words: `of ${device}` }, { device, ms: 2 + device }, free),
    );
    const [row] = openRows(libraryOf([free, one!], [other!]));
    expect(row).toMatchObject({ kind: 'siblings', field: 'words' });
    expect(valuesIn(row!, 'words')).toEqual(['of 1', 'of 0']);
  });

  test('[MRG-4] [MRG-8] keeps whole what a delete hid', () => {
    const library = libraryOf([first, onA], [deleted]);
    const [row] = openRows(library);
    expect(row).toMatchObject({ kind: 'delete-beats-edit', field: null, winner: row!.content.deletes[0] });
    expect(valuesIn(row!, 'name')).toEqual(['on A']);
  });

  test('[MRG-4] [MRG-8] tells of the delete where the model has the edit win', () => {
    const content = recordRef('content', 1);
    const made = put(content, { hash: 'h', kind: 'a' }, { device: 0, ms: 1 });
    const edited = put(content, { hash: 'h', kind: 'b' }, { device: 0, ms: 2 }, made);
    const library = libraryOf([made], [remove(made, { device: 1, ms: 3 })], [edited]);
    expect(openRows(library)).toMatchObject([{ kind: 'edit-beats-delete', field: null }]);
    expect(shownField(library, content, 'kind')).toBe('b');
  });

  test('[MRG-8] a write that saw all siblings settles the row, which says by which change', () => {
    const settled = put(tag, { name: 'settled' }, { device: 1, ms: 9 }, joined(first, onA, onB));
    const library = libraryOf([first, onA], [onB], [settled]);
    const [{ dot } = expect.unreachable()] = settled.stored.state.fields.get('name')!;
    expect(library.journal.map(({ state }) => state)).toEqual([{ kind: 'settled', by: dot }]);
    expect(valuesIn(library.journal[0]!.conflict, 'name')).toEqual(['on B', 'on A']);
  });

  test('[MRG-8] a third sibling makes the row grow; one that saw one of two settles it and meets the other anew', () => {
    const third = put(tag, { name: 'third' }, { device: 2, ms: 5 }, first);
    const grown = libraryOf([first, onA], [onB], [third]);
    expect(kindsOf(grown)).toEqual(['siblings open']);
    expect(valuesIn(openRows(grown)[0]!, 'name')).toEqual(['third', 'on B', 'on A']);
    const afterA = put(tag, { name: 'after A' }, { device: 0, ms: 5 }, onA);
    const other = libraryOf([first, onA], [onB], [afterA]);
    expect(kindsOf(other)).toEqual(['siblings settled', 'siblings open']);
    expect(valuesIn(openRows(other)[0]!, 'name')).toEqual(['after A', 'on B']);
  });

  test('[MRG-8] who brings a record back having seen the delete and what it hid settles the row', () => {
    const whole = { name: 'back', creator: null, parent: null };
    const back = put(tag, whole, { device: 0, ms: 9 }, joined(first, onA, deleted));
    expect(kindsOf(libraryOf([first, onA], [deleted], [back]))).toEqual(['delete-beats-edit settled']);
  });

  test('[DEP-2] [MRG-8] tells of a reference that was cut out of a circle, as long as it is', () => {
    const other = recordRef('tag', 2);
    const second = put(other, { name: 'second', creator: null, parent: null }, { device: 0, ms: 1 });
    const down = put(tag, { parent: other.id }, { device: 0, ms: 2 }, first);
    const up = put(other, { parent: tag.id }, { device: 1, ms: 3 }, second);
    const library = libraryOf([first, second, down], [up]);
    const [row] = openRows(library);
    expect(row).toMatchObject({ kind: 'circle-cut', field: 'parent', winner: null });
    expect(library.journal[0]!.ref).toEqual(other);
    expect(valuesIn(row!, 'parent')).toEqual([tag.id]);
    apply(library, [put(tag, { parent: null }, { device: 0, ms: 8 }, down)]);
    expect(library.journal.map(({ state }) => state)).toEqual([{ kind: 'settled', by: null }]);
  });

  test('[DEP-3] [MRG-8] tells of what is orphaned, whole, until it is deleted', () => {
    const child = put(
      recordRef('tag', 2),
      { name: 'child', creator: null, parent: tag.id },
      { device: 0, ms: 2 },
    );
    const library = libraryOf([first, child], [deleted]);
    const [row] = openRows(library);
    expect(row).toMatchObject({ kind: 'orphaned', field: 'parent' });
    expect(valuesIn(row!, 'name')).toEqual(['child']);
    apply(library, [remove(child, { device: 0, ms: 9 })]);
    expect(kindsOf(library)).toEqual(['orphaned settled']);
  });

  test('[MRG-5] [MRG-8] what others wrote of an owned record is refused, and meets nothing', () => {
    const device = recordRef('device', 0);
    const own = put(device, { name: 'mine' }, { device: 0, ms: 1 });
    const foreign = put(device, { name: 'theirs' }, { device: 1, ms: 2 });
    expect(libraryOf([own], [foreign]).journal).toEqual([]);
    const again = put(device, { name: 'mine too' }, { device: 0, ms: 3, replica: 1 });
    const [row] = openRows(libraryOf([own], [foreign], [again]));
    expect(valuesIn(row!, 'name')).toEqual(['mine too', 'mine']);
  });

  test('[DEP-5] [MRG-8] says nothing of what a newer program wrote', () => {
    expect(libraryOf([first, onA], [inSchema(onB, 2)]).journal).toEqual([]);
  });
});

/** The open rows, apart from when they were noticed. */
function openOf(library: MemoryLibrary): string[] {
  return library.journal
    .filter(({ state }) => state.kind === 'open')
    .map(describeRow)
    .sort();
}

function describeRow({ ref, conflict }: Pick<JournalRow, 'ref' | 'conflict'>): string {
  const { kind, field, winner } = conflict;
  return [refKey(ref), kind, field, winner, ...conflictDots(conflict)].join(' ');
}

/** What has to be open, from nothing: what merged states say, cut references, parked orphans. */
function expectedOpen(library: MemoryLibrary): string[] {
  const rows = [...library.records.values()].flatMap(({ ref, stored }) => {
    const spec = domain.require(ref.model);
    if (stored.schemaVersion > spec.schemaVersion) return [];
    const owner = () => ownerOf(domain, library, spec, ref.id, stored.state);
    const conflicts = [...conflictsIn(spec, stored.state, owner)];
    const { fields } = stored.state;
    for (const field of [...library.cutFromCircle(ref.model)].some(({ id }) => id === ref.id)
      ? ['parent']
      : []) {
      const content = { fields: new Map([[field, fields.get(field)!]]), deletes: [] };
      conflicts.push({ kind: 'circle-cut', field, winner: null, content });
    }
    const parked = library.parked.get(refKey(ref));
    if (parked?.reason === 'orphaned') {
      const field = parked.waitsFor!.field;
      conflicts.push({ kind: 'orphaned', field, winner: null, content: { fields, deletes: [] } });
    }
    return conflicts.map((conflict) => describeRow({ ref, conflict }));
  });
  return rows.sort();
}

function applyAll(batches: readonly HistoryEntry[][]): MemoryLibrary {
  const library = createMemoryLibrary();
  for (const batch of batches) {
    library.carryOut(planApply(domain, library, changesOf(batch)));
    expect(openOf(library)).toEqual(expectedOpen(library));
  }
  return library;
}

/** That of which several reasons are true may be parked for another one, and be no orphan by name (DEP-3). */
function withoutOrphans(rows: readonly string[]): string[] {
  return rows.filter((row) => !row.includes(' orphaned '));
}

describe('whatever arrives, in any order and batches', () => {
  test('[ING-1] [MRG-8] the same is open on every device, and it is what states and view say', () => {
    fc.assert(
      fc.property(fc.boolean().chain(delivered), ([, one, other]) => {
        const [a, b] = [applyAll(one), applyAll(other)];
        expect(withoutOrphans(openOf(a))).toEqual(withoutOrphans(openOf(b)));
      }),
      { numRuns: runs },
    );
  });

  test('[ING-1] [MRG-8] applying anything again adds and changes no row', () => {
    fc.assert(
      fc.property(delivered(true), ([entries, one]) => {
        const library = applyAll(one);
        const before = structuredClone(library.journal);
        library.carryOut(planApply(domain, library, changesOf(entries)));
        expect(library.journal).toEqual(before);
      }),
      { numRuns: runs },
    );
  });

  test('[MRG-8] a settled row about values that met is true: they were written, and not all of them are in force', () => {
    fc.assert(
      fc.property(delivered(true), ([, one]) => {
        const library = applyAll(one);
        for (const { ref, conflict, state } of library.journal) {
          if (state.kind === 'open' || conflict.kind === 'circle-cut' || conflict.kind === 'orphaned')
            continue;
          const stored = library.record(ref)!;
          if (stored.schemaVersion > 1) continue;
          const dots = conflictDots(conflict);
          expect(dots.every((dot) => covers(stored.state.version, dot))).toBe(true);
          const spec = domain.require(ref.model);
          const owner = ownerOf(domain, library, spec, ref.id, stored.state);
          // What is told of a record that changes hands hangs on the claims that are known: it may be met anew.
          if (owner.kind === 'claimed') continue;
          const now = conflictsIn(spec, stored.state, () => owner).map(describeConflict);
          expect(now).not.toContain(describeConflict(conflict));
        }
      }),
      { numRuns: runs },
    );
  });
});

function describeConflict(conflict: Conflict): string {
  return `${conflict.kind} ${conflict.field} ${conflictDots(conflict).join(' ')}`;
}
