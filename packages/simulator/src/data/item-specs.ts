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
  // What each device announces in a record of its own: what its program can read (DEP-5).
  model('program', { kind: 'self' }, [text('schemas')]),
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
  // Stays on its device until it says that it is open (CHG-9).
  model('leaflet', { kind: 'shared' }, [integer('open', 'last'), text('words')]),
];

/**
 * What a later program makes of a model: albums of a second version, and with fields that came without one, one of them
 * merged in parts; stickers, which the earlier program has never heard of (DEP-5).
 */
export function laterSpecs(specs: readonly ModelSpec[]): ModelSpec[] {
  const sticker = model('sticker', { kind: 'shared' }, [
    reference('album', 'album', 'wait', false),
    text('words'),
  ]);
  return [...specs.map((spec) => (spec.name === 'album' ? laterAlbum(spec) : spec)), sticker];
}

function laterAlbum(album: ModelSpec): ModelSpec {
  const gained: ModelSpec['fields'] = [
    text('hint'),
    { kind: 'json', name: 'marks', nullable: false, default: '[]', merge: 'union' },
    { ...text('mood'), since: 2 },
  ];
  return model('album', album.ownership, [...album.fields, ...gained], { ...shared, schemaVersion: 2 });
}
