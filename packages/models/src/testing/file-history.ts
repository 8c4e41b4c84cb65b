import {
  type ModelName,
  parseVersion,
  type RecordId,
  type RecordRef,
  type RecordState,
  refKey,
  ShoalError,
  type Value,
} from '@shoal/core';
import { forceRecords, type LocalWrite } from '@shoal/library';
import { albumItemId, contentIdentityId, userMetadataId, userMetadataTagId } from '../index.ts';
import { type ShippedEntry, secret, type TestDevice } from './library-on-disk.ts';

/** One step of a made-up history over the built-in models; numbers choose. */
export type FileStep =
  | {
      readonly kind: 'write';
      readonly device: number;
      readonly what: What;
      /** To force is to capture what is there once more, as it is (S0-56). */
      readonly verb: 'put' | 'replace' | 'delete' | 'force';
      readonly record: number;
      readonly choices: readonly number[];
      /** Writes on what it read earlier (MRG-1). */
      readonly isStale: boolean;
    }
  | { readonly kind: 'deliver'; readonly to: number; readonly picks: readonly number[] }
  | { readonly kind: 'reopen'; readonly device: number };

/** What a step writes. */
export type What =
  | 'tag'
  | 'content'
  | 'metadata'
  | 'application'
  | 'folder'
  | 'file'
  | 'location'
  | 'note'
  | 'album'
  | 'item';

/** An entry with the state that it carries. */
export interface MadeEntry {
  readonly entry: ShippedEntry;
  readonly ref: RecordRef;
  readonly state: RecordState;
}

/** What a local write may be refused for; anything else is a bug. */
const expectedRefusals = [
  'missing-reference',
  'incomplete-record',
  'not-owner',
  'not-found',
  'invalid-argument',
];

/** Plays a history on devices; returns every entry that was made. Refused writes must leave nothing behind. */
export async function playFileHistory(
  devices: readonly TestDevice[],
  steps: readonly FileStep[],
): Promise<MadeEntry[]> {
  const made: MadeEntry[] = [];
  const readByKey = new Map<string, string>();
  const collect = async (device: TestDevice) => {
    for (const entry of await device.drain()) {
      const ref = { model: entry.header.model, id: entry.header.recordId };
      made.push({ entry, ref, state: device.library.store.records.get(ref)!.state });
    }
  };
  for (const device of devices) await collect(device);
  for (const step of steps) {
    if (step.kind === 'reopen') {
      devices[step.device % devices.length]!.reopen();
      continue;
    }
    if (step.kind === 'deliver') {
      const picked = step.picks.map((pick) => made[pick % made.length]!.entry);
      await devices[step.to % devices.length]!.apply(picked);
      continue;
    }
    const device = devices[step.device % devices.length]!;
    const write = toWrite(device, step);
    const key = `${device.id} ${refKey(write.ref)}`;
    const read = readByKey.get(key);
    readByKey.set(key, device.library.store.records.version(write.ref) ?? '');
    const seen = step.isStale && read !== undefined ? parseVersion(read) : null;
    try {
      if (step.verb === 'force') await forceRecords(device.library, [write.ref]);
      else await device.library.write([{ ...write, seen }]);
    } catch (error) {
      if (!(error instanceof ShoalError) || !expectedRefusals.includes(error.code)) throw error;
      if (device.library.outboxCount() > 0) throw new Error('a refused write waits to be shipped');
    }
    await collect(device);
  }
  return made;
}

function toWrite(
  device: TestDevice,
  step: Extract<FileStep, { kind: 'write' }>,
): Exclude<LocalWrite, { kind: 'decide' }> {
  const { model, id, fields } = recordOf(device, step);
  const ref = { model: model as ModelName, id };
  if (step.verb === 'delete') return { kind: 'delete', ref, seen: null };
  const kind = step.verb === 'replace' ? 'replace' : 'put';
  return { kind, ref, fields: new Map(Object.entries(fields)), seen: null };
}

function recordOf(
  device: TestDevice,
  { what, record, choices }: Extract<FileStep, { kind: 'write' }>,
): { model: string; id: RecordId; fields: Record<string, Value> } {
  const [first = 0, second = 0, third = 0] = choices;
  const own = Number(device.id.slice(-1));
  const content = contentIdentityId(secret, `hash-${record % 3}`);
  const location = uuid('10', own);
  switch (what) {
    case 'tag': {
      const fields: Record<string, Value> = { canonical_name: `tag ${second}` };
      if (first % 2 === 0) fields.color = `#${third}`;
      if (first % 3 === 0)
        fields.created_by_device = `00000000-0000-4000-8000-00000000000${1 + (second % 3)}`;
      return { model: 'tag', id: uuid('20', record % 4), fields };
    }
    case 'content': {
      const fields = {
        content_hash: `hash-${record % 3}`,
        byte_size: record % 3,
        kind: ['other', 'image'][first % 2]!,
      };
      return { model: 'content_identity', id: content, fields };
    }
    case 'metadata': {
      const fields = {
        content_identity: content,
        favorite: first % 2 === 0,
        notes: second % 3 === 0 ? null : `${third}`,
      };
      return { model: 'user_metadata', id: userMetadataId(secret, content), fields };
    }
    case 'note': {
      const entry = uuid('30', ((first % 3) + 1) * 100 + (record % 5));
      const fields = { entry, notes: `${third}`, hidden: second % 2 === 0 };
      return { model: 'user_metadata', id: userMetadataId(secret, entry), fields };
    }
    case 'application': {
      const metadata = userMetadataId(secret, content);
      const tag = uuid('20', first % 4);
      const fields = { user_metadata: metadata, tag, confidence: (second % 10) / 4 };
      return { model: 'user_metadata_tag', id: userMetadataTagId(secret, metadata, tag), fields };
    }
    case 'location': {
      const root = first % 3 === 0 ? null : uuid('30', own * 100 + (second % 5));
      const fields = { name: `place ${third}`, path: '/home', device: device.id, root_entry: root };
      return { model: 'location', id: location, fields };
    }
    case 'album': {
      const cover = second % 2 === 0 ? content : null;
      return { model: 'album', id: uuid('40', record % 2), fields: { name: `album ${third}`, cover } };
    }
    case 'item': {
      // Of content, or of a file or folder of whichever device.
      const album = uuid('40', record % 2);
      const entry = uuid('30', ((first % 3) + 1) * 100 + (second % 5));
      const target = third % 2 === 0 ? { content_identity: content } : { entry };
      const id = albumItemId(secret, album, third % 2 === 0 ? content : entry);
      return { model: 'album_item', id, fields: { album, ...target, position: third % 4 } };
    }
    case 'folder':
    case 'file': {
      // Entries of another device now and then: refused. Folders 0 to 4, files 5 to 9.
      const owner = third % 13 === 0 ? (own % 3) + 1 : own;
      const parent = first % 4 === 0 ? null : uuid('30', owner * 100 + (second % 5));
      const isFile = what === 'file';
      const fields: Record<string, Value> = {
        name: `entry ${third}`,
        kind: isFile ? 'file' : 'directory',
        location: uuid('10', owner),
        parent,
        content: isFile && second % 2 === 0 ? content : null,
      };
      return { model: 'entry', id: uuid('30', owner * 100 + (record % 5) + (isFile ? 5 : 0)), fields };
    }
  }
}

function uuid(kind: string, index: number): RecordId {
  return `000000${kind}-0000-7000-8000-${index.toString().padStart(12, '0')}` as RecordId;
}
