import type { ModelSpec } from '@shoal/core';
import { model, reference, text } from '@shoal/core/testing';
import { integer, mergeWords } from './sheet-fields.ts';

const shared = { domain: 'user-metadata', strategy: 'log' } as const;
const named = { ...shared, granularity: 'row', deletes: 'edit-wins', ids: 'derived' } as const;

/**
 * What people put together and say, as the built-in models have it: albums and their pieces, each a file or a content;
 * what is said of either, written by the file's owner or by all, each field by its rule; and tags on that.
 */
export const itemSpecs: readonly ModelSpec[] = [
  model(
    'album',
    { kind: 'shared' },
    [reference('cover', 'content', 'null'), text('description'), text('name')],
    shared,
  ),
  model(
    'piece',
    { kind: 'shared' },
    [
      reference('album', 'album', 'wait', false),
      reference('content', 'content', 'wait'),
      reference('item', 'item', 'wait'),
      integer('position', 'last'),
    ],
    named,
  ),
  model(
    'about',
    { kind: 'through', field: 'item' },
    [
      reference('content', 'content', 'wait'),
      { kind: 'json', name: 'data', nullable: false, default: '{}', merge: 'map' },
      integer('favorite', 'max'),
      reference('item', 'item', 'wait'),
      { ...text('notes'), merge: mergeWords },
    ],
    named,
  ),
  model(
    'badge',
    { kind: 'through', field: 'about' },
    [reference('about', 'about', 'wait', false), text('context'), reference('tag', 'tag', 'wait', false)],
    named,
  ),
];
