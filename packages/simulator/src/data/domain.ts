import {
  createRegistry,
  type DeviceId,
  type ModelName,
  type ModelSpec,
  type RecordId,
  type RecordRef,
} from '@shoal/core';
import { model, reference, text, uuid } from '@shoal/core/testing';
import { itemSpecs, laterSpecs } from './item-specs.ts';
import { sheetFields } from './sheet-fields.ts';
import { volumeSpecs } from './volume-specs.ts';

/**
 * A small domain with every shape that the built-in models have: a device and its place, a tree under one owner
 * (item), a tree that all may move (tag), marks between the two, notes of which every operation is kept, and content
 * on which devices meet by a derived id and whose edits beat deletes. And values that only one may have: labels with
 * two that hold and a name that renames, and charms, one at each spot of a label. And sheets, with a field of every merge
 * rule (MRG-3). And what is put together of them and said of them, named by two others. And what changes hands (MRG-5).
 */
export const specs: readonly ModelSpec[] = [
  model('device', { kind: 'self' }, [text('name')]),
  model('place', { kind: 'device', field: 'device' }, [
    reference('device', 'device', 'wait', false),
    text('name'),
    reference('root', 'item', 'null'),
  ]),
  model('item', { kind: 'through', field: 'place' }, [
    reference('content', 'content', 'null'),
    text('name'),
    reference('parent', 'item', 'wait'),
    reference('place', 'place', 'wait', false),
  ]),
  model('content', { kind: 'shared' }, [text('hash'), text('kind')], {
    granularity: 'row',
    deletes: 'edit-wins',
    ids: 'derived',
  }),
  model('tag', { kind: 'shared' }, [
    text('colour'),
    reference('creator', 'device', 'null'),
    text('name'),
    reference('parent', 'tag', 'wait'),
  ]),
  model('mark', { kind: 'shared' }, [
    reference('item', 'item', 'wait', false),
    reference('tag', 'tag', 'wait', false),
  ]),
  model('note', { kind: 'shared' }, [reference('tag', 'tag', 'wait'), text('words')], {
    domain: 'user-metadata',
    strategy: 'log',
    granularity: 'row',
  }),
  model(
    'label',
    { kind: 'shared' },
    [text('code'), text('name'), reference('parent', 'label', 'wait'), text('sign')],
    {
      uniques: [
        { fields: ['code'], policy: 'hold' },
        { fields: ['sign'], policy: 'hold' },
        { fields: ['name'], policy: 'rename' },
      ],
    },
  ),
  model('charm', { kind: 'shared' }, [reference('label', 'label', 'wait', false), text('spot')], {
    domain: 'user-metadata',
    strategy: 'log',
    granularity: 'row',
    deletes: 'edit-wins',
    uniques: [{ fields: ['label', 'spot'], policy: 'hold' }],
  }),
  model('sheet', { kind: 'shared' }, sheetFields, { ids: 'derived' }),
  ...itemSpecs,
  ...volumeSpecs,
];

/** What a program knows; and what the one after it does, where devices are upgraded (DEP-5). */
export const registry = createRegistry(specs);
const allSpecs = laterSpecs(specs);
export const laterRegistry = createRegistry(allSpecs);

/** The device of that index; its record has the same id. */
export function deviceId(index: number): DeviceId {
  return recordRef('device', index).id as string as DeviceId;
}

/** The record of a model with that number. */
export function recordRef(name: string, index: number): RecordRef {
  const kind = allSpecs.findIndex((spec) => spec.name === name);
  return { model: name as ModelName, id: uuid(kind, index) as RecordId };
}

/** The number of a record in its model. */
export function numberOf({ id }: RecordRef): number {
  return Number.parseInt(id.slice(24), 16);
}
