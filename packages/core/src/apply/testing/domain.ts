import type { DeviceId, ModelName, RecordId, RecordRef } from '../../ids.ts';
import { createRegistry } from '../../model/registry.ts';
import type { ModelSpec, Ownership, ReferenceField, ValueField } from '../../model/spec.ts';

const plain = {
  domain: 'index',
  strategy: 'state',
  granularity: 'field',
  deletes: 'delete-wins',
  schemaVersion: 1,
  priority: 50,
  dependsOn: [],
  ids: 'fresh',
  uniques: [],
  scope: null,
} as const;

/** A model for tests; what is not given is plain. Fields are put in order. */
export function model(
  name: string,
  ownership: Ownership,
  fields: ModelSpec['fields'],
  more: Partial<ModelSpec> = {},
): ModelSpec {
  const ordered = [...fields].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { ...plain, name: name as ModelName, table: `${name}s`, ownership, fields: ordered, ...more };
}

/** A text field. */
export function text(name: string): ValueField {
  return { kind: 'text', name, nullable: true, default: null };
}

/** A set that is merged by its elements. */
export function union(name: string): ValueField {
  return { kind: 'json', name, nullable: false, default: '[]', merge: 'union' };
}

/** A reference; `nullable` unless told otherwise. */
export function reference(
  name: string,
  target: string,
  missing: 'wait' | 'null',
  nullable = true,
): ReferenceField {
  return { kind: 'reference', name, target: target as ModelName, nullable, missing, default: null };
}

/**
 * A domain with every shape that the rules speak of: a root (device), a child that waits (place), a circle of
 * models broken by a reference that shows null (place.root), what changes hands by claims where it says so (place, by
 * hold), a tree under one owner (item) and one that all may move (tag), ownership by device and through others, something of all on what is owned (pin), a model whose edits
 * beat deletes (content), and unique values: of all (label, on which charms hang) and of owners (ticket, row-granular,
 * edits beat deletes).
 */
export const domainSpecs: readonly ModelSpec[] = [
  model('device', { kind: 'self' }, [text('name')]),
  model('place', { kind: 'through', field: 'hold', otherwise: 'device' }, [
    reference('device', 'device', 'wait', false),
    reference('hold', 'hold', 'wait'),
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
  }),
  model('tag', { kind: 'shared' }, [
    text('name'),
    reference('creator', 'device', 'null'),
    reference('parent', 'tag', 'wait'),
  ]),
  model('note', { kind: 'through', field: 'item' }, [
    reference('content', 'content', 'wait'),
    reference('item', 'item', 'wait'),
    text('words'),
  ]),
  model('mark', { kind: 'through', field: 'note' }, [
    reference('note', 'note', 'wait', false),
    reference('tag', 'tag', 'wait', false),
  ]),
  model('pin', { kind: 'shared' }, [text('color'), reference('item', 'item', 'wait')]),
  model(
    'label',
    { kind: 'shared' },
    [text('code'), text('group'), text('name'), reference('parent', 'label', 'wait'), text('sign')],
    {
      uniques: [
        { fields: ['code'], policy: 'hold' },
        { fields: ['sign'], policy: 'hold' },
        { fields: ['group', 'name'], policy: 'rename' },
      ],
    },
  ),
  model('charm', { kind: 'shared' }, [reference('label', 'label', 'wait', false), text('words')]),
  model(
    'ticket',
    { kind: 'through', field: 'item' },
    [reference('item', 'item', 'wait'), text('number'), text('title')],
    {
      granularity: 'row',
      deletes: 'edit-wins',
      uniques: [
        { fields: ['number'], policy: 'hold' },
        { fields: ['title'], policy: 'rename' },
      ],
    },
  ),
  model('hold', { kind: 'claims', field: 'claims' }, [union('claims')], {
    granularity: 'row',
    deletes: 'edit-wins',
  }),
];

export const domain = createRegistry(domainSpecs);

/** A UUID out of two numbers. */
export function uuid(kind: number, index: number): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  return `${hex(kind, 8)}-0000-4000-8000-${hex(index, 12)}`;
}

/** The device of that index; its record has the same id. */
export function deviceId(index: number): DeviceId {
  return uuid(0, index) as DeviceId;
}

/** The record of that index. */
export function recordRef(name: string, index: number): RecordRef {
  const kind = domainSpecs.findIndex((spec) => spec.name === name);
  return { model: name as ModelName, id: uuid(kind < 0 ? 99 : kind, index) as RecordId };
}
