import type { RecordId, Value } from '@shoal/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  contentIdentityId,
  models,
  systemTagId,
  tag as tagModel,
  userMetadataId,
  userMetadataTagId,
} from './index.ts';
import { exchange, newId, secret, type TestDevice, twoDevices } from './testing/library-on-disk.ts';

/** The built-in domain on two devices: what its models promise, one by one. */
let a: TestDevice;
let b: TestDevice;

beforeEach(async () => {
  [a, b] = await twoDevices();
});

afterEach(() => {
  a.close();
  b.close();
});

type Fields = Record<string, Value>;

async function location(): Promise<RecordId> {
  const id = newId();
  await a.put('location', id, { name: 'home', path: '/home', device: a.id });
  return id;
}

async function entry(at: RecordId, name: string, fields: Fields = {}): Promise<RecordId> {
  const id = newId();
  await a.put('entry', id, { name, kind: 'file', location: at, ...fields });
  return id;
}

async function content(hash: string, by: TestDevice = a): Promise<RecordId> {
  const id = contentIdentityId(secret, hash);
  await by.put('content_identity', id, { content_hash: hash, byte_size: 1 });
  return id;
}

async function tag(name: string, by: TestDevice = a): Promise<RecordId> {
  const id = newId();
  await by.put('tag', id, { canonical_name: name, created_by_device: by.id });
  return id;
}

async function metadata(
  of: 'entry' | 'content_identity',
  target: RecordId,
  by: TestDevice = a,
): Promise<RecordId> {
  const id = userMetadataId(secret, target);
  await by.put('user_metadata', id, { [of]: target });
  return id;
}

async function application(by: TestDevice, target: RecordId, label: RecordId): Promise<RecordId> {
  const id = userMetadataTagId(secret, target, label);
  await by.put('user_metadata_tag', id, { user_metadata: target, tag: label });
  return id;
}

/** Names of the tags that `device` shows at a file: on the file itself, and on its content. */
function tagsAt(device: TestDevice, file: RecordId): readonly string[] {
  const targets = [file, device.fields('entry', file)?.content].filter((id) => typeof id === 'string');
  const wanted: readonly unknown[] = targets.map((id) => userMetadataId(secret, id as RecordId));
  return device
    .dump()
    .map((line): Record<string, unknown> => JSON.parse(line))
    .filter((line) => line.model === 'user_metadata_tag' && wanted.includes(line.user_metadata))
    .map((line) => device.fields('tag', line.tag as RecordId)?.canonical_name as string)
    .sort();
}

describe('every model', () => {
  it('[S4-06] [S3-15] has the owner, the domain and the strategy that the domain says', () => {
    const rows = models.map(({ spec }) => {
      const { ownership } = spec;
      const owner = 'field' in ownership ? `${ownership.kind} ${ownership.field}` : ownership.kind;
      return [spec.name, `${owner}, ${spec.domain}, ${spec.strategy}`];
    });
    const shared = 'shared, user-metadata, log';
    expect(Object.fromEntries(rows)).toEqual({
      device: 'self, index, state',
      member: shared,
      volume_holder: 'claims claims, index, state',
      volume: 'through holder, index, state',
      location: 'through volume_holder, index, state',
      entry: 'through location, index, state',
      content_identity: shared,
      tag: shared,
      user_metadata: 'through entry, user-metadata, log',
      user_metadata_tag: 'through user_metadata, user-metadata, log',
      album: shared,
      album_item: shared,
      collection: shared,
      collection_item: shared,
    });
  });

  it('[S1-46] waits for what the domain says, and shows null where it says so', () => {
    const referencesByModel = Object.fromEntries(
      models.map(({ spec }) => [
        spec.name,
        Object.fromEntries(
          spec.fields
            .filter((field) => field.kind === 'reference')
            .map(({ name, target, missing }) => [name, `${missing} ${target}`]),
        ),
      ]),
    );
    expect(referencesByModel).toEqual({
      device: {},
      member: { device: 'wait device', revoked_by: 'null device' },
      volume_holder: {},
      volume: { holder: 'wait volume_holder' },
      content_identity: {},
      location: {
        device: 'wait device',
        volume: 'null volume',
        volume_holder: 'wait volume_holder',
        root_entry: 'null entry',
      },
      entry: {
        location: 'wait location',
        parent: 'wait entry',
        content: 'null content_identity',
      },
      user_metadata: { entry: 'wait entry', content_identity: 'wait content_identity' },
      tag: { created_by_device: 'null device' },
      user_metadata_tag: {
        user_metadata: 'wait user_metadata',
        tag: 'wait tag',
        applied_by_device: 'null device',
      },
      album: { cover: 'null content_identity' },
      album_item: { album: 'wait album', entry: 'wait entry', content_identity: 'wait content_identity' },
      collection: {},
      collection_item: {
        collection: 'wait collection',
        entry: 'wait entry',
        content_identity: 'wait content_identity',
      },
    });
  });
});

describe('tags', () => {
  it('[S3-08] of one name made on two devices are two tags on both', async () => {
    const ids = [await tag('holiday', a), await tag('holiday', b)];
    await exchange(a, b);
    for (const device of [a, b])
      expect(ids.map((id) => device.fields('tag', id)?.canonical_name)).toEqual(['holiday', 'holiday']);
  });

  it('[MRG-6] [S3-09] of the system are one where namespace and name are, and keep what each device chose', async () => {
    const id = systemTagId(secret, 'shoal', 'archive');
    const named = { canonical_name: 'archive', namespace: 'shoal', tag_type: 'system' };
    await a.put('tag', id, { ...named, color: '#fc0' });
    await b.put('tag', id, named);
    await exchange(a, b);
    for (const device of [a, b]) expect(device.fields('tag', id)).toMatchObject({ ...named, color: '#fc0' });
    expect(a.dump()).toEqual(b.dump());
    expect(tagModel.deriveId!(secret, new Map(Object.entries(named)))).toBe(id);
    expect(tagModel.deriveId!(secret, new Map(Object.entries({ ...named, tag_type: 'standard' })))).toBe(
      null,
    );
    expect(systemTagId(secret, 'other', 'archive')).not.toBe(id);
  });

  it('[S3-13] keep the device that made them through edits of others', async () => {
    const id = await tag('holiday');
    await exchange(a, b);
    await b.put('tag', id, { display_name: 'Holiday' });
    await exchange(a, b);
    expect(a.fields('tag', id)).toMatchObject({ created_by_device: a.id, display_name: 'Holiday' });
  });

  it('[S1-08] put on one content on two devices at once are all there on both', async () => {
    const target = await metadata('content_identity', await content('aa'));
    const file = await entry(await location(), 'one.txt', { content: contentIdentityId(secret, 'aa') });
    await exchange(a, b);
    await application(a, target, await tag('from a', a));
    await application(b, target, await tag('from b', b));
    await exchange(a, b);
    for (const device of [a, b]) expect(tagsAt(device, file)).toEqual(['from a', 'from b']);
  });

  it('[S1-19] [S1-14] on content are at each copy, later ones too; on a file at that file alone', async () => {
    const at = await location();
    const same = { content: await content('aa') };
    const first = await entry(at, 'first', same);
    await application(a, await metadata('entry', first), await tag('file'));
    await exchange(a, b);
    // B put the tag on the content; A, which has the files, shows it at both.
    await application(b, await metadata('content_identity', same.content, b), await tag('content', b));
    const later = await entry(at, 'later', same);
    await exchange(a, b);
    for (const device of [a, b]) {
      expect(tagsAt(device, first)).toEqual(['content', 'file']);
      expect(tagsAt(device, later)).toEqual(['content']);
    }
  });

  it('[S1-48] of a file stay when it is edited, those of its old content go', async () => {
    const file = await entry(await location(), 'one.txt', { content: await content('aa') });
    await application(a, await metadata('entry', file), await tag('file'));
    await application(a, await metadata('content_identity', await content('aa')), await tag('old'));
    await application(a, await metadata('content_identity', await content('bb')), await tag('new'));
    await exchange(a, b);
    await a.put('entry', file, { content: await content('bb') });
    await exchange(a, b);
    for (const device of [a, b]) expect(tagsAt(device, file)).toEqual(['file', 'new']);
  });
});

describe('content', () => {
  it('[S1-18] is looked up by its id, on every device of the library and by that of no other', async () => {
    const id = await content('aa');
    await exchange(a, b);
    const elsewhere = contentIdentityId(Buffer.alloc(32, 2), 'aa');
    for (const device of [a, b]) {
      expect(device.fields('content_identity', id)).toMatchObject({ content_hash: 'aa' });
      expect(device.fields('content_identity', elsewhere)).toBe(undefined);
    }
  });
});

describe('what people say', () => {
  it('[S1-47] [S3-18] of a file is written by its owner, of content by everybody', async () => {
    const file = await entry(await location(), 'one.txt', { content: await content('aa') });
    await exchange(a, b);
    await expect(metadata('entry', file, b)).rejects.toMatchObject({ code: 'not-owner' });
    const id = await metadata('content_identity', await content('aa', b), b);
    await b.put('user_metadata', id, { favorite: true });
    await exchange(a, b);
    expect(a.fields('user_metadata', id)).toMatchObject({ favorite: true });
  });
});

describe('a location', () => {
  it('[S3-04] shows no root entry until that has arrived', async () => {
    const at = await location();
    const root = await entry(at, 'home', { kind: 'directory' });
    await a.put('location', at, { root_entry: root });
    const entries = await a.drain();
    const isRoot = (index: number) => entries[index]!.header.recordId === root;
    await b.apply(entries.filter((_, index) => !isRoot(index)));
    expect(b.fields('location', at)).toMatchObject({ name: 'home', root_entry: null });
    await b.apply(entries.filter((_, index) => isRoot(index)));
    expect(b.fields('location', at)).toMatchObject({ root_entry: root });
  });
});
