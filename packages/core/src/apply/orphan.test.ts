import { describe, expect, test } from 'vitest';
import { ownsOrphan } from './orphan.ts';
import { deviceId, domain, recordRef } from './testing/domain.ts';
import { apply, libraryOf, parkedReason, put, remove } from './testing/scene.ts';

const [mine, yours] = [
  { device: 1, ms: 1 },
  { device: 2, ms: 1 },
];
const devices = [
  put(recordRef('device', 1), { name: 'A' }, mine),
  put(recordRef('device', 2), { name: 'B' }, yours),
];
const placed = put(recordRef('place', 1), { device: deviceId(1), name: 'home', root: null }, mine);
const item = recordRef('item', 1);
const itemed = put(item, { name: 'mine', parent: null, place: placed.ref.id, content: null }, mine);
const noted = put(recordRef('note', 1), { item: item.id, content: null, words: 'mine' }, mine);
const tagged = put(recordRef('tag', 1), { name: 'tag', creator: null, parent: null }, yours);
const mark = recordRef('mark', 1);
const marked = put(mark, { note: noted.ref.id, tag: tagged.ref.id }, mine);
const start = [...devices, placed, itemed, noted, tagged, marked];

const owners = (library: ReturnType<typeof libraryOf>, ref: typeof item) =>
  [1, 2].filter((device) => ownsOrphan(domain, library, deviceId(device), ref));

describe('[DEP-3] an orphan is deleted', () => {
  test('by its owner, not by whoever deleted what it requires', () => {
    const library = libraryOf(start);
    apply(library, [remove(tagged, { device: 2, ms: 5 })]);
    expect(parkedReason(library, mark)).toBe('orphaned tag');
    expect(owners(library, mark)).toEqual([1]);
  });

  test('by the device that wrote the reference, where what told the owner is deleted, too', () => {
    const library = libraryOf(start);
    apply(library, [remove(placed, { device: 1, ms: 5 })]);
    expect(parkedReason(library, item)).toBe('orphaned place');
    expect(owners(library, item)).toEqual([1]);
  });

  test('by nobody where it is shared: whoever brings back what it hangs on brings it back', () => {
    const child = put(recordRef('tag', 2), { name: 'child', creator: null, parent: tagged.ref.id }, mine);
    const library = libraryOf(start, [child]);
    apply(library, [remove(tagged, { device: 2, ms: 5 })]);
    expect(parkedReason(library, child.ref)).toBe('orphaned parent');
    expect(owners(library, child.ref)).toEqual([]);
  });

  test('once: what is dead, unknown, or whose owner has not arrived, is nobody’s to delete', () => {
    const library = libraryOf(start);
    apply(library, [remove(marked, { device: 1, ms: 5 })]);
    expect(owners(library, mark)).toEqual([]);
    expect(owners(library, recordRef('mark', 9))).toEqual([]);
    expect(owners(library, { ...mark, model: 'none' as typeof mark.model })).toEqual([]);
    expect(owners(libraryOf([itemed]), item)).toEqual([]);
  });
});
