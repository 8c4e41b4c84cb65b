import { describe, expect, test } from 'vitest';
import type { RecordRef } from '../ids.ts';
import { createRegistry } from '../model/registry.ts';
import { createMemoryLibrary, type MemoryLibrary } from './memory-library.ts';
import { planView } from './plan-view.ts';
import { deviceId, domain, domainSpecs, recordRef } from './testing/domain.ts';
import { apply, inSchema, libraryOf, parkedReason, put, remove, shownField } from './testing/scene.ts';

const mine = { device: 1, ms: 1 };
const place = recordRef('place', 1);
const [folder, file] = [recordRef('item', 1), recordRef('item', 2)];
const content = recordRef('content', 1);

const device = put({ ...recordRef('device', 1) }, { name: 'A' }, mine);
const placed = put(place, { device: deviceId(1), name: 'home', root: folder.id }, mine);
const foldered = put(folder, { name: 'folder', parent: null, place: place.id, content: null }, mine);
const filed = put(file, { name: 'file', parent: folder.id, place: place.id, content: content.id }, mine);
const hashed = put(content, { hash: 'h', kind: 'image' }, { device: 2, ms: 1 });
const everything = [device, placed, foldered, filed, hashed];

function isShown(library: MemoryLibrary, ...refs: RecordRef[]): boolean[] {
  return refs.map((ref) => library.isVisible(ref));
}

describe('what waits', () => {
  test('[DEP-2] is parked until its target is visible, and then appears with all that waited for it', () => {
    const library = libraryOf([filed], [foldered], [placed]);
    expect(parkedReason(library, file)).toBe('waiting parent');
    expect(parkedReason(library, place)).toBe('missing device');
    apply(library, [device]);
    expect(library.parked.size).toBe(0);
    expect(isShown(library, place, folder, file)).toEqual([true, true, true]);
  });

  test('[DEP-4] says missing only of what was never heard of', () => {
    const library = libraryOf([device, placed, filed]);
    expect(parkedReason(library, file)).toBe('missing parent');
    apply(library, [inSchema(foldered, 2)]);
    expect(parkedReason(library, file)).toBe('waiting parent');
  });

  test('[DEP-3] of a deleted parent is hidden with it, and shown again when the parent is brought back', () => {
    const library = libraryOf(everything);
    const gone = remove(foldered, { device: 1, ms: 5 });
    apply(library, [gone]);
    expect(library.isVisible(folder)).toBe(false);
    expect(parkedReason(library, file)).toBe('orphaned parent');
    expect(shownField(library, place, 'root')).toBe(null);
    const back = { name: 'back', parent: null, place: place.id, content: null };
    apply(library, [put(folder, back, { device: 1, ms: 6 }, gone)]);
    expect(isShown(library, folder, file)).toEqual([true, true]);
    expect(shownField(library, place, 'root')).toBe(folder.id);
  });

  test('[DEP-2] goes before what its row referred to, also where that was to refer to it', () => {
    const [top, low, dead] = [recordRef('tag', 1), recordRef('tag', 2), recordRef('tag', 3)];
    const tag = (ref: RecordRef, parent: RecordRef | null, ms: number, on?: Parameters<typeof put>[3]) =>
      put(ref, { name: 'tag', parent: parent?.id ?? null, creator: null }, { device: 1, ms }, on);
    const [topped, lowered] = [tag(top, null, 1), tag(low, top, 2)];
    const doomed = tag(dead, top, 3);
    const library = libraryOf([topped, lowered, doomed]);
    // Concurrent moves and a delete: in the end none of the three is shown. The library asserts the order of going.
    apply(library, [
      tag(low, dead, 4, lowered),
      tag(top, low, 5, topped),
      remove(doomed, { device: 1, ms: 6 }),
    ]);
    expect(isShown(library, top, low, dead)).toEqual([false, false, false]);
    expect(parkedReason(library, low)).toBe('orphaned parent');
    expect(parkedReason(library, top)).toBe('waiting parent');
  });

  test('[DEP-3] says that it is orphaned when what it waits for is deleted unseen', () => {
    const library = libraryOf([device, placed, filed, inSchema(foldered, 2)]);
    apply(library, [remove(inSchema(foldered, 1), { device: 1, ms: 5 })]);
    expect(parkedReason(library, file)).toBe('waiting parent');
    const [other, child] = [recordRef('tag', 1), recordRef('tag', 2)];
    const parent = put(other, { name: 'parent', parent: recordRef('tag', 9).id, creator: null }, mine);
    const tags = libraryOf([put(child, { name: 'child', parent: other.id, creator: null }, mine), parent]);
    expect(parkedReason(tags, child)).toBe('waiting parent');
    apply(tags, [remove(parent, { device: 1, ms: 5 })]);
    expect(parkedReason(tags, child)).toBe('orphaned parent');
  });

  test('[DEP-2] a deep tree appears at once, whichever end comes first', () => {
    const tags = Array.from({ length: 200 }, (_, index) => {
      const parent = index === 0 ? null : recordRef('tag', index - 1).id;
      return put(
        recordRef('tag', index),
        { name: `${index}`, parent, creator: null },
        { device: 0, ms: index + 1 },
      );
    });
    const library = libraryOf([...tags].reverse());
    expect(library.shown.size).toBe(200);
    apply(library, [remove(tags[0]!, { device: 0, ms: 999 })]);
    expect(library.shown.size).toBe(0);
    expect(library.parked.size).toBe(199);
  });
});

describe('a reference that shows null', () => {
  test('[DEP-2] shows its target when that appears, and null again when it goes; nothing is written', () => {
    const library = libraryOf([device, placed, foldered, filed]);
    const { state } = library.record(file)!;
    expect(shownField(library, file, 'content')).toBe(null);
    apply(library, [hashed]);
    expect(shownField(library, file, 'content')).toBe(content.id);
    apply(library, [remove(hashed, { device: 2, ms: 5 })]);
    expect(shownField(library, file, 'content')).toBe(null);
    expect(library.record(file)!.state).toBe(state);
  });

  test('[DEP-1] of new rows that refer to each other, one is listed first with null and then whole', () => {
    const library = createMemoryLibrary();
    const { view } = apply(library, [...everything].reverse());
    const listed = view.shown.filter(({ ref }) => ref.model === 'place');
    expect(listed.map(({ row, wasVisible, nulled }) => [row.get('root'), wasVisible, nulled.length])).toEqual(
      [
        [null, false, 1],
        [folder.id, true, 0],
      ],
    );
    expect(view.shown.map(({ ref }) => ref.model)).toEqual([
      'content',
      'device',
      'place',
      'item',
      'item',
      'place',
    ]);
  });
});

describe('what this program does not know', () => {
  const future = { ...recordRef('album', 1) };
  const album = { ref: future, stored: { state: hashed.stored.state, schemaVersion: 1 } };

  test('[DEP-5] is parked by reason, and shown after an upgrade', () => {
    const library = libraryOf([album, inSchema(hashed, 2)]);
    expect(parkedReason(library, future)).toBe('unknown-model');
    expect(parkedReason(library, content)).toBe('unknown-schema');
    const upgraded = createRegistry([
      ...domainSpecs.map((spec) => (spec.name === 'content' ? { ...spec, schemaVersion: 2 } : spec)),
      { ...domain.require('content'), name: future.model },
    ]);
    const changed = [future, content].map((ref) => ({ ref, before: undefined }));
    library.carryOut({ stored: [], view: planView(upgraded, library, changed) });
    expect(isShown(library, future, content)).toEqual([true, true]);
  });

  test('[DEP-5] a newer schema hides a record that was shown, and what waits for it', () => {
    const library = libraryOf(everything);
    apply(library, [inSchema(put(folder, { name: 'new' }, { device: 1, ms: 4 }, foldered), 2)]);
    expect(parkedReason(library, folder)).toBe('unknown-schema');
    expect(parkedReason(library, file)).toBe('waiting parent');
  });

  test('[DEP-4] what was never stored has no outcome', () => {
    const view = planView(domain, createMemoryLibrary(), [{ ref: content, before: undefined }]);
    expect(view).toEqual({ shown: [], hidden: [], uniqueValues: [] });
  });
});
