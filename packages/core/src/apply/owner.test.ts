import { describe, expect, test } from 'vitest';
import { owningFields } from '../model/spec.ts';
import { emptyState } from '../record/state.ts';
import { modelsOwnedThrough, ownerDevice, ownerDot, ownerOf, stateOfOwner } from './owner.ts';
import { deviceId, domain, model, recordRef, reference } from './testing/domain.ts';
import { apply, inSchema, libraryOf, parkedReason, put, remove, shownField } from './testing/scene.ts';

const mine = { device: 1, ms: 1 };
const place = recordRef('place', 1);
const [item, other] = [recordRef('item', 1), recordRef('item', 2)];
const note = recordRef('note', 1);
const mark = recordRef('mark', 1);

const device = put(recordRef('device', 1), { name: 'A' }, mine);
const device2 = put(recordRef('device', 2), { name: 'B' }, { device: 2, ms: 1 });
const placed = put(place, { device: deviceId(1), name: 'home', root: null }, mine);
const itemed = put(item, { name: 'mine', parent: null, place: place.id, content: null }, mine);
const noted = put(note, { item: item.id, content: null, words: 'mine' }, mine);
const start = [device, device2, placed, itemed, noted];
const foreign = { device: 2, ms: 9 };

function ownerIn(library: ReturnType<typeof libraryOf>, ref: typeof item) {
  const state = library.record(ref)?.state ?? emptyState;
  return ownerOf(domain, library, domain.require(ref.model), ref.id, state);
}

describe('the owner', () => {
  test('[MRG-5] is the record itself, the device it names, or the owner of what it names', () => {
    const library = libraryOf(start);
    for (const ref of [recordRef('device', 1), place, item, note]) {
      expect(ownerIn(library, ref)).toEqual({ kind: 'device', device: deviceId(1) });
    }
    expect(ownerIn(library, recordRef('tag', 1))).toEqual({ kind: 'shared' });
  });

  test('[MRG-5] is anyone where nobody is named, unknown until what tells has arrived, lost when that is deleted', () => {
    const free = put(recordRef('note', 2), { item: null, content: null, words: 'free' }, mine);
    const library = libraryOf([itemed, free]);
    expect(ownerIn(library, free.ref)).toEqual({ kind: 'shared' });
    expect(ownerIn(library, item)).toEqual({ kind: 'unknown' });
    expect(ownerIn(library, place)).toEqual({ kind: 'shared' });
    apply(library, [remove(placed, { device: 1, ms: 5 })]);
    expect(ownerIn(library, item)).toEqual({ kind: 'lost' });
    expect(ownerIn(library, place)).toEqual({ kind: 'lost' });
  });

  test('[MRG-5] is the device that the record names, of a model that says so alone; anybody’s is what anybody writes', () => {
    const fields = [reference('device', 'device', 'wait', false)];
    const lamp = model('lamp', { kind: 'device', field: 'device' }, fields);
    const state = { ...emptyState, fields: placed.stored.state.fields };
    const owner = ownerOf(domain, libraryOf([]), lamp, place.id, state);
    expect(owner).toEqual({ kind: 'device', device: deviceId(1) });
    expect(stateOfOwner(owner, state)).toBe(state);
    expect(ownerDot(lamp, state)).toBe(state.fields.get('device')![0]!.dot);
    expect(
      [lamp, domain.require('place'), domain.require('item'), domain.require('hold')].map(owningFields),
    ).toEqual([['device'], ['hold', 'device'], ['place'], []]);
    const shared = ownerIn(libraryOf([]), recordRef('hold', 1));
    expect([stateOfOwner(shared, state), ownerDevice(shared)]).toEqual([state, undefined]);
  });

  test('[DEP-5] is lost while what tells is of an unknown schema', () => {
    expect(ownerIn(libraryOf([itemed, inSchema(placed, 2)]), item)).toEqual({ kind: 'lost' });
  });

  // Found by a history of two devices: what hung on such a record was shown or parked by the order of arrival.
  test('[MRG-5] [MRG-4] is anyone where a record that names nobody outlived its delete', () => {
    const note = { ...domain.require('note'), granularity: 'row', deletes: 'edit-wins' } as const;
    const removed = remove(put(recordRef('note', 3), { item: null }, mine), { device: 2, ms: 2 }).stored
      .state;
    const edited = put(recordRef('note', 3), { item: null, words: 'kept' }, mine).stored.state;
    const library = libraryOf([]);
    const id = recordRef('note', 3).id;
    expect(ownerOf(domain, library, note, id, { ...edited, deletes: removed.deletes })).toEqual({
      kind: 'shared',
    });
    expect(ownerOf(domain, library, note, id, removed)).toEqual({ kind: 'lost' });
  });

  test('[MRG-5] models are owned through others at any remove', () => {
    expect(modelsOwnedThrough(domain, place.model)).toEqual(['item', 'note', 'mark', 'ticket']);
    expect(modelsOwnedThrough(domain, mark.model)).toEqual([]);
  });
});

describe('writes of others', () => {
  test('[MRG-5] are refused dot by dot; what the owner wrote stands', () => {
    const library = libraryOf(start);
    const onTop = put(item, { name: 'theirs' }, foreign);
    apply(library, [onTop]);
    expect(shownField(library, item, 'name')).toBe('mine');
    apply(library, [remove(put(item, {}, foreign), { device: 2, ms: 10 })]);
    expect(library.isVisible(item)).toBe(true);
  });

  test('[MRG-5] only, are parked as refused', () => {
    const library = libraryOf(start);
    apply(library, [put(other, { name: 'x', parent: null, place: place.id, content: null }, foreign)]);
    expect(parkedReason(library, other)).toBe('refused place');
    apply(library, [put(recordRef('device', 3), { name: 'not itself' }, foreign)]);
    expect(parkedReason(library, recordRef('device', 3))).toBe('refused');
  });

  test('[MRG-5] that give a record away, or make one in another name, are refused', () => {
    const library = libraryOf(start);
    apply(library, [put(recordRef('place', 2), { device: deviceId(1), name: 'x', root: null }, foreign)]);
    expect(parkedReason(library, recordRef('place', 2))).toBe('refused');
    apply(library, [put(note, { item: item.id }, foreign, noted)]);
    expect(parkedReason(library, note)).toBe('refused item');
  });

  test('[MRG-5] are judged when what tells the owner arrives, not when they arrive', () => {
    const deleted = remove(put(item, {}, foreign), { device: 2, ms: 10 });
    const library = libraryOf([deleted], [itemed], [noted], [device]);
    expect(parkedReason(library, item)).toBe('missing place');
    expect(parkedReason(library, note)).toBe('waiting item');
    apply(library, [placed]);
    expect([item, note].map(library.isVisible)).toEqual([true, true]);
  });

  test('[MRG-5] that take a reference that a record needs leave nothing to show', () => {
    const library = libraryOf(start);
    const tag = put(recordRef('tag', 1), { name: 't', parent: null, creator: null }, mine);
    const marked = put(mark, { note: note.id, tag: tag.ref.id }, mine);
    apply(library, [tag, marked]);
    expect(library.isVisible(mark)).toBe(true);
    apply(library, [put(mark, { tag: tag.ref.id }, foreign, marked)]);
    expect(parkedReason(library, mark)).toBe('refused');
  });
});

describe('a record that changes hands', () => {
  test('[MRG-5] [DEP-2] takes along what is owned through it, also what was parked or deleted', () => {
    const theirs = put(other, { name: 'theirs', parent: null, place: place.id, content: null }, foreign);
    const library = libraryOf(start, [theirs]);
    expect([item, other].map(library.isVisible)).toEqual([true, false]);
    apply(library, [put(place, { device: deviceId(2) }, { device: 2, ms: 20 }, placed)]);
    expect([item, other].map(library.isVisible)).toEqual([false, true]);
    expect(parkedReason(library, item)).toBe('refused place');
    expect(parkedReason(library, note)).toBe('refused item');
  });

  test('[MRG-5] [DEP-3] tells what waits for a tombstone that is none any more', () => {
    const gone = remove(itemed, { device: 1, ms: 4 });
    const half = put(item, { name: 'unseen', place: place.id }, { device: 1, ms: 3, replica: 1 });
    const pin = put(recordRef('pin', 1), { item: item.id, color: 'red' }, foreign);
    const library = libraryOf([device, device2, placed, gone, half, pin]);
    expect(parkedReason(library, pin.ref)).toBe('orphaned item');
    apply(library, [put(place, { device: deviceId(2) }, { device: 2, ms: 20 }, placed)]);
    expect(parkedReason(library, item)).toBe('refused place');
    expect(parkedReason(library, pin.ref)).toBe('waiting item');
  });

  test('[MRG-5] is not one that is written again in the same hands', () => {
    const library = libraryOf(start);
    const plan = apply(library, [
      put(place, { device: deviceId(1), name: 'new' }, { device: 1, ms: 20 }, placed),
    ]);
    expect(plan.view.shown.map(({ ref }) => ref)).toEqual([place]);
  });

  test('[DEP-3] a deleted place hides all that is in it, tombstones stay tombstones', () => {
    const gone = remove(itemed, { device: 1, ms: 4 });
    const half = put(item, { name: 'unseen', place: place.id }, { device: 1, ms: 3, replica: 1 });
    const library = libraryOf(start, [gone], [half]);
    apply(library, [remove(placed, { device: 1, ms: 5 })]);
    expect(library.shown.size).toBe(2);
    expect(parkedReason(library, item)).toBeUndefined();
    expect(parkedReason(library, note)).toBe('orphaned item');
  });
});

describe('an owner that is lost', () => {
  test('[DEP-2] [MRG-5] ends the circle of a record that is cut for one that is owned through it', () => {
    const second = put(recordRef('place', 2), { device: deviceId(1), name: 'other', root: null }, mine);
    const above = put(other, { name: 'above', parent: item.id, place: second.ref.id, content: null }, mine);
    const moved = put(item, { parent: other.id }, { device: 1, ms: 20 }, itemed);
    const library = libraryOf([device, placed, second, above, moved]);
    expect(shownField(library, item, 'parent')).toBe(null);
    apply(library, [remove(second, { device: 1, ms: 30 })]);
    expect(parkedReason(library, other)).toBe('orphaned place');
    expect(parkedReason(library, item)).toBe('waiting parent');
  });
});
