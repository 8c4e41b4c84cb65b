import { emptyVersion, type RecordRef, type RecordWrite, refKey, type Value } from '@shoal/core';
import { numberOf, recordRef } from './data/domain.ts';
import type { Device } from './device/device.ts';
import { type Loaded, mayWrite } from './workload.ts';

/** What people put together and say of files and contents: records with two parents, of which one may be of either kind. */
export const itemModels: ReadonlySet<string> = new Set(['about', 'album', 'badge', 'piece', 'sticker']);

/** What the draws of a write among those mean on a device as it is now. May be refused by capture. */
export function chooseItemWrites(
  device: Device,
  loaded: Loaded,
  draws: readonly number[],
  serial: number,
): RecordWrite[] {
  const [what = 0, which = 0, stale = 0, ...rest] = draws;
  const shown = [...device.library.memory.shown.values()];
  const those = shown.filter(
    ({ ref, spec }) => itemModels.has(ref.model) && (mayWrite(device, spec, ref) || which % 9 === 0),
  );
  // Of what the later program brought, often.
  const isLater = device.library.registry.get('sticker') !== undefined;
  const albums = isLater && which % 2 === 0 ? those.filter(({ ref }) => ref.model === 'album') : [];
  const chosen = albums.length > 0 ? albums[which % albums.length] : those[which % Math.max(1, those.length)];
  if (what % 10 < 5 || chosen === undefined) return make(device, loaded, [which, stale, ...rest], serial);
  const key = refKey(chosen.ref);
  const here = { seen: device.library.memory.record(chosen.ref)!.state.version, row: chosen.row };
  const { seen, row } = stale % 3 === 0 ? (loaded.get(key) ?? here) : here;
  if (stale % 2 === 0 || !loaded.has(key)) loaded.set(key, here);
  const given = stale % 7 === 0 ? null : seen;
  if (what % 10 < 7) return [{ kind: 'delete', ref: chosen.ref, seen: given }];
  const fields = change(chosen.ref, row, rest, isLater);
  const parts = [...row].filter(([name]) => name === 'data' || name === 'marks');
  const isInParts = given !== null && parts.length > 0;
  return [
    {
      kind: 'put',
      ref: chosen.ref,
      fields,
      seen: given,
      ...(isInParts && { shown: new Map(parts) }),
    },
  ];
}

/** What is made, by how often. */
const kinds = ['album', 'piece', 'piece', 'piece', 'about', 'about', 'badge', 'badge'] as const;

/** An album; or, named by what it is on, a piece of one, what is said of a file or a content, and a tag on that. */
function make(
  { library: { memory, registry } }: Device,
  loaded: Loaded,
  [which = 0, stale = 0, a = 0, b = 0, c = 0]: readonly number[],
  serial: number,
): RecordWrite[] {
  const shown = [...memory.shown.values()];
  const pick = (model: string, draw: number) => {
    const those = shown.filter(({ ref }) => ref.model === model);
    return those[draw % Math.max(1, those.length)]?.ref;
  };
  const target = pick(a % 2 === 0 ? 'item' : 'content', b);
  const parts = {
    album: pick('album', c),
    target,
    about: pick('about', c),
    tag: pick('tag', b),
  };
  const album = shown.find(({ ref }) => ref.model === 'album');
  if (which % 5 === 0 && album !== undefined && registry.get('sticker') !== undefined)
    return [makeSticker(album.ref, serial)];
  const made = makeOf(kinds[which % kinds.length]!, parts, { a, serial });
  if (made === null) return [];
  // Whoever did not know that it is there made it anew; who did writes upon it, or blindly.
  const known = loaded.get(refKey(made.ref))?.seen;
  const seen = stale % 5 === 0 ? null : (known ?? emptyVersion);
  return [{ kind: 'put', seen, ...made }];
}

/** Where the program knows what that is. */
function makeSticker({ id }: RecordRef, serial: number): RecordWrite {
  const fields = new Map([
    ['album', id],
    ['words', `words ${serial}`],
  ]);
  return { kind: 'put', ref: recordRef('sticker', 1_000 + serial), fields, seen: emptyVersion };
}

interface Parents {
  readonly album: RecordRef | undefined;
  readonly target: RecordRef | undefined;
  readonly about: RecordRef | undefined;
  readonly tag: RecordRef | undefined;
}

function makeOf(
  kind: (typeof kinds)[number],
  { album, target, about, tag }: Parents,
  { a, serial }: { readonly a: number; readonly serial: number },
): { readonly ref: RecordRef; readonly fields: ReadonlyMap<string, Value> } | null {
  if (kind === 'piece' && album !== undefined && target !== undefined) {
    const fields: [string, Value][] = [
      ['album', album.id],
      [target.model, target.id],
    ];
    if (a % 3 === 0) fields.push(['position', a % 10]);
    return { ref: named('piece', album, target), fields: new Map(fields) };
  }
  if (kind === 'about' && target !== undefined) {
    const fields: [string, Value][] = [[target.model, target.id]];
    if (a % 3 === 0) fields.push(['notes', `${a % 10}`]);
    if (a % 3 === 1) fields.push(['favorite', 1]);
    return { ref: named('about', target, target), fields: new Map(fields) };
  }
  if (kind === 'badge' && about !== undefined && tag !== undefined) {
    const fields: [string, Value][] = [
      ['about', about.id],
      ['tag', tag.id],
    ];
    if (a % 3 === 0) fields.push(['context', `context ${a % 10}`]);
    return { ref: named('badge', about, tag), fields: new Map(fields) };
  }
  if (kind !== 'album') return null;
  const fields: [string, Value][] = [
    ['name', `album ${serial}`],
    ['cover', target?.model === 'content' ? target.id : null],
  ];
  return { ref: recordRef('album', 1_000 + serial), fields: new Map(fields) };
}

/** What may change of one: never what names it. */
function change(
  ref: RecordRef,
  row: ReadonlyMap<string, Value>,
  [a = 0, b = 0]: readonly number[],
  isLater: boolean,
): Map<string, Value> {
  switch (ref.model as string) {
    case 'album':
      return isLater && a % 2 === 0 ? changeOfLater(row, a, b) : changeOfAlbum(a, b);
    case 'sticker':
      return new Map([['words', `words ${b % 10}`]]);
    case 'piece':
      return new Map([['position', b % 10]]);
    case 'badge':
      return new Map([['context', b % 5 === 0 ? null : `context ${b % 10}`]]);
    default: {
      if (a % 3 === 0) return new Map([['favorite', b % 2]]);
      if (a % 3 === 1) return new Map([['notes', `${b % 10}`]]);
      const data: Record<string, unknown> = JSON.parse(String(row.get('data')));
      return new Map([['data', JSON.stringify({ ...data, [`k${b % 3}`]: a % 5 })]]);
    }
  }
}

function changeOfAlbum(a: number, b: number): Map<string, Value> {
  return new Map([[a % 4 === 1 ? 'name' : 'description', `text ${b % 100}`]]);
}

/** Of what the earlier program does not know. */
function changeOfLater(row: ReadonlyMap<string, Value>, a: number, b: number): Map<string, Value> {
  if (a % 3 === 0) return new Map([['mood', b % 4 === 0 ? null : `mood ${b % 10}`]]);
  if (a % 3 === 1) return new Map([['hint', `hint ${b % 10}`]]);
  const marks = new Set<string>(JSON.parse(String(row.get('marks') ?? '[]')));
  const mark = `m${b % 4}`;
  if (!marks.delete(mark)) marks.add(mark);
  return new Map([['marks', JSON.stringify([...marks])]]);
}

/** The record of a model that two others name; the twin of a derived id (MRG-6). */
function named(model: string, one: RecordRef, other: RecordRef): RecordRef {
  const kind = other.model === 'content' ? 1 : 0;
  return recordRef(model, (numberOf(one) * 10_000 + numberOf(other)) * 2 + kind);
}
