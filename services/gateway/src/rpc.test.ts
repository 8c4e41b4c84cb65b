import { limits, ShoalError } from '@shoal/core';
import {
  Domain,
  EntryHeader,
  type LogStatusReply,
  type Mutation,
  MutationKind,
  type ReadLogRequest,
  TagTarget,
  uuidToBytes,
  type WriteRequest,
} from '@shoal/proto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type GatewayFixture, gatewayFixture } from './gateway-fixture.ts';
import { statusJson } from './status-json.ts';

let gateway: GatewayFixture;
const id = uuidToBytes('0190c4a0-0000-7000-8000-000000000001');
const none = Buffer.alloc(0);

beforeEach(async () => {
  gateway = await gatewayFixture();
});
afterEach(() => gateway.close());

describe('writes', () => {
  const mutation: Mutation = {
    kind: MutationKind.MUTATION_KIND_PUT,
    model: 'tag',
    recordId: none,
    fields: [{ field: 'canonical_name', value: { kind: { $case: 'text', value: 'holiday' } } }],
    seen: [],
  };
  const dot = { replica: Buffer.alloc(24), ms: 1, counter: 1 };
  const write = (change: Partial<Mutation>) =>
    gateway.handlers.write({ libraryId: gateway.libraryId, mutations: [{ ...mutation, ...change }] });

  test('go to capture as they came, and its answer comes back', async () => {
    const reply = { records: [{ model: 'tag', recordId: id, version: [] }] };
    const capture = vi.fn(async (_: WriteRequest) => reply);
    gateway.services.capture = { write: capture };
    expect(await write({ seen: [dot] })).toBe(reply);
    expect(capture.mock.calls[0]![0].mutations).toEqual([{ ...mutation, seen: [dot] }]);
  });

  test('that capture refuses come back with its error', async () => {
    const error = new ShoalError('unknown-field', 'no such field', { field: 'size', model: 'tag' });
    gateway.services.capture = { write: () => Promise.reject(error) };
    await expect(write({})).rejects.toBe(error);
  });

  test('are unavailable while capture is', async () => {
    await expect(write({})).rejects.toMatchObject({ code: 'unavailable' });
  });

  const text = { kind: { $case: 'text', value: '' } } as const;
  test.each<[string, Partial<Mutation>, string]>([
    ['a kind of nothing', { kind: MutationKind.MUTATION_KIND_UNSPECIFIED }, 'kind'],
    ['no model', { model: '' }, 'model'],
    ['a long model name', { model: 'x'.repeat(65) }, 'model'],
    ['an id of 15 bytes', { recordId: Buffer.alloc(15) }, 'record_id'],
    ['a delete of nothing', { kind: MutationKind.MUTATION_KIND_DELETE, fields: [] }, 'record_id'],
    ['a delete with fields', { kind: MutationKind.MUTATION_KIND_DELETE, recordId: id }, 'fields'],
    ['a long field name', { fields: [{ field: 'x'.repeat(65), value: text }] }, 'field'],
    ['a field without value', { fields: [{ field: 'color', value: undefined }] }, 'color'],
    ['a field twice', { fields: [1, 2].map(() => ({ field: 'color', value: text })) }, 'color'],
    [
      '129 fields',
      { fields: Array.from({ length: 129 }, (_, n) => ({ field: `f${n}`, value: text })) },
      'fields',
    ],
    ['a short replica', { seen: [{ ...dot, replica: Buffer.alloc(8) }] }, 'version'],
    ['a stamp of 2^47', { seen: [{ ...dot, ms: 2 ** 47 }] }, 'hlc'],
  ])('[SEC-5] of %s are refused at the edge, naming the field', async (_, change, field) => {
    const capture = vi.fn();
    gateway.services.capture = { write: capture };
    await expect(write(change)).rejects.toMatchObject({
      code: expect.stringMatching(/^(invalid-argument|malformed-message)$/),
      subject: { field },
    });
    expect(capture).not.toHaveBeenCalled();
  });

  test.each([0, limits.mutationsMax + 1])('[SEC-5] of %i mutations are refused', async (length) => {
    const mutations = Array.from({ length }, () => mutation);
    await expect(gateway.handlers.write({ libraryId: gateway.libraryId, mutations })).rejects.toMatchObject({
      code: 'invalid-argument',
      subject: { field: 'mutations' },
    });
  });
});

describe('[SEC-5] every call', () => {
  const calls = (libraryId: Buffer): (() => Promise<unknown>)[] => {
    const { handlers } = gateway;
    const tagging = { libraryId, tagId: id, target: TagTarget.TAG_TARGET_ENTRY, targetIds: [id] };
    const stream = (messages: AsyncIterable<unknown>) => messages[Symbol.asyncIterator]().next();
    const signal = AbortSignal.timeout(10_000);
    return [
      () => handlers.write({ libraryId, mutations: [] }),
      () => handlers.getRecord({ libraryId, model: 'tag', recordId: id }),
      () => handlers.listRecords({ libraryId, model: 'tag', limit: 0, after: none }),
      async () => stream(handlers.watch({ libraryId, model: '' }, signal)),
      () => handlers.addLocation({ libraryId, path: '/', name: '', ignore: [] }),
      () => handlers.removeLocation({ libraryId, locationId: id }),
      () => handlers.rescanLocation({ libraryId, locationId: id, acceptNewRoot: false }),
      () => handlers.changeIgnores({ libraryId, locationId: id, add: [], remove: [] }),
      () => handlers.applyTag(tagging),
      () => handlers.removeTag(tagging),
      () => handlers.setFavorite({ ...tagging, favorite: true }),
      () => handlers.findEntries({ libraryId, paths: ['/a'] }),
      () => handlers.getStatus({ libraryId }),
      () => handlers.readLog({ libraryId, fromSeq: 0, limit: 0 }),
      async () => stream(handlers.dump({ libraryId }, signal)),
    ];
  };

  test('that names a library needs 16 bytes of it', async () => {
    for (const call of calls(Buffer.alloc(4))) {
      await expect(call()).rejects.toMatchObject({
        code: 'invalid-argument',
        subject: { field: 'library_id' },
      });
    }
  });

  test('to a library that the device has not is not-found', async () => {
    for (const call of calls(Buffer.alloc(16))) {
      await expect(call()).rejects.toMatchObject({ code: 'not-found', subject: { field: 'library_id' } });
    }
  });

  test('about locations and tags names the field that is wrong', async () => {
    const { handlers, libraryId } = gateway;
    const refused = (field: string) => ({ code: 'invalid-argument', subject: { field } });
    const tagging = { libraryId, tagId: id, target: TagTarget.TAG_TARGET_CONTENT, targetIds: [id] };
    const short = Buffer.alloc(1);
    await expect(
      handlers.addLocation({ libraryId, path: 'a/b', name: '', ignore: [] }),
    ).rejects.toMatchObject(refused('path'));
    await expect(
      handlers.addLocation({ libraryId, path: '/a\0b', name: '', ignore: [] }),
    ).rejects.toMatchObject(refused('path'));
    await expect(
      handlers.addLocation({ libraryId, path: '/', name: 'x'.repeat(256), ignore: [] }),
    ).rejects.toMatchObject(refused('name'));
    await expect(handlers.removeLocation({ libraryId, locationId: short })).rejects.toMatchObject(
      refused('location_id'),
    );
    const ignores = { libraryId, locationId: id, add: [], remove: [] };
    await expect(handlers.changeIgnores({ ...ignores, locationId: short })).rejects.toMatchObject(
      refused('location_id'),
    );
    const many = Array.from({ length: limits.ignorePatternsMax + 1 }, (_, index) => `f${index}`);
    await expect(handlers.changeIgnores({ ...ignores, remove: many })).rejects.toMatchObject(
      refused('remove'),
    );
    const long = ['fine', 'x'.repeat(limits.ignorePatternBytesMax + 1)];
    await expect(handlers.changeIgnores({ ...ignores, add: long })).rejects.toMatchObject({
      ...refused('add'),
      message: expect.stringContaining('xxx'),
    });
    await expect(
      handlers.addLocation({ libraryId, path: '/', name: '', ignore: long }),
    ).rejects.toMatchObject(refused('ignore'));
    await expect(handlers.applyTag({ ...tagging, tagId: short })).rejects.toMatchObject(refused('tag_id'));
    await expect(
      handlers.applyTag({ ...tagging, target: TagTarget.TAG_TARGET_UNSPECIFIED }),
    ).rejects.toMatchObject(refused('target'));
    await expect(handlers.removeTag({ ...tagging, targetIds: [short] })).rejects.toMatchObject(
      refused('target_ids'),
    );
    const crowd = Array.from({ length: limits.targetsMax + 1 }, () => id);
    for (const targetIds of [[], crowd]) {
      await expect(handlers.applyTag({ ...tagging, targetIds })).rejects.toMatchObject(refused('target_ids'));
      await expect(handlers.setFavorite({ ...tagging, targetIds, favorite: true })).rejects.toMatchObject(
        refused('target_ids'),
      );
    }
    for (const paths of [[], ['a/b'], ['/a', '/b\0'], Array(limits.pathsMax + 1).fill('/a')]) {
      await expect(handlers.findEntries({ libraryId, paths })).rejects.toMatchObject(refused('paths'));
    }
  });
});

test('libraries are listed with the places of their databases', async () => {
  const { libraries } = await gateway.handlers.listLibraries({});
  expect(libraries).toMatchObject([
    { libraryId: gateway.libraryId, name: 'photos', libraryDb: gateway.place.paths.libraryDb },
  ]);
});

describe('the status', () => {
  const log: LogStatusReply = {
    logId: 'log',
    headSeq: 7,
    appliedSeq: 7,
    entries: 7,
    have: [{ stream: Buffer.alloc(24, 1), originSeq: 7 }],
    peers: [],
    state: 'idle',
    protocolVersion: 1,
    applied: [],
    throttled: '',
    behind: 0,
    backfill: undefined,
    holes: 0,
    unshared: 0,
  };

  test('is put together from the services that answer; the others are named, and none is waited for', async () => {
    await gateway.put('tag', { canonical_name: 'holiday' });
    gateway.services.logStore = { getLogStatus: async () => log };
    gateway.services.ingest = {
      getIngestStatus: (_, options) => {
        expect(options?.timeoutMs).toBe(limits.statusMs);
        return Promise.reject(new ShoalError('deadline-exceeded', 'slow'));
      },
    };
    const status = await gateway.handlers.getStatus({ libraryId: gateway.libraryId });
    expect(status).toMatchObject({
      deviceName: 'lamp',
      log,
      capture: undefined,
      ingest: undefined,
      unreachable: ['capture', 'ingest'],
    });
    expect(status.records).toContainEqual({ model: 'tag', records: 1 });
    const json = statusJson(status);
    expect(json).toMatchObject({
      deviceId: gateway.home.config.deviceId,
      library: { libraryId: gateway.place.libraryId },
      log: { have: [{ stream: expect.stringMatching(/^01010101-.*\.0101010101010101$/), originSeq: 7 }] },
    });
    expect(JSON.stringify(json)).not.toContain('_unknownFields');
  });
});

test('the log is read as headers and sizes; a header that does not parse leaves its line without', async () => {
  const header = EntryHeader.encode(EntryHeader.decode(Buffer.alloc(0))).finish();
  const entry = {
    header: Buffer.from(header),
    position: undefined,
    sealed: Buffer.alloc(99),
    signature: none,
  };
  gateway.services.logStore = {
    read: async ({ fromSeq, limit }) => ({
      logId: 'log',
      entries: [
        { seq: fromSeq, entry },
        { seq: fromSeq + 1, entry: { ...entry, header: Buffer.from([0xff]) } },
      ],
      nextSeq: fromSeq + limit,
      headSeq: 1_000,
      have: [],
      life: Buffer.alloc(24),
    }),
  };
  const reply = await gateway.handlers.readLog({ libraryId: gateway.libraryId, fromSeq: 5, limit: 10 });
  expect(reply).toMatchObject({ logId: 'log', nextSeq: 15, headSeq: 1_000 });
  expect(reply.lines.map(({ seq, sealedBytes }) => [seq, sealedBytes])).toEqual([
    [5, 99],
    [6, 99],
  ]);
  expect(reply.lines[0]!.header).toBeDefined();
  expect(reply.lines[1]!.header).toBeUndefined();
  await expect(
    gateway.handlers.readLog({ libraryId: gateway.libraryId, fromSeq: 0, limit: 1_001 }),
  ).rejects.toMatchObject({ code: 'invalid-argument', subject: { field: 'limit' } });
});

test('[S1-42] the log is read by domain and by readiness, and what no filter can tell of is left out', async () => {
  const entryOf = (fields: Partial<EntryHeader>) => ({
    header: Buffer.from(EntryHeader.encode({ ...EntryHeader.decode(Buffer.alloc(0)), ...fields }).finish()),
    position: undefined,
    sealed: Buffer.alloc(1),
    signature: none,
  });
  const kinds = [
    { domain: Domain.DOMAIN_INDEX, syncReady: true },
    { domain: Domain.DOMAIN_USER_METADATA, syncReady: true },
    { domain: Domain.DOMAIN_INDEX, syncReady: false },
  ];
  const damaged = { ...entryOf({}), header: Buffer.from([0xff]) };
  const entries = [...kinds.map(entryOf), damaged].map((entry, index) => ({ seq: index + 1, entry }));
  gateway.services.logStore = {
    read: async () => ({ logId: 'log', entries, nextSeq: 5, headSeq: 9, have: [], life: Buffer.alloc(24) }),
  };
  const seqsOf = async (filter: Partial<Pick<ReadLogRequest, 'domain' | 'syncReady'>>) => {
    const request = { libraryId: gateway.libraryId, fromSeq: 1, limit: 10, ...filter };
    const { lines, nextSeq, headSeq } = await gateway.handlers.readLog(request);
    // Where to read on is not where the last line stood.
    expect([nextSeq, headSeq]).toEqual([5, 9]);
    return lines.map(({ seq }) => seq);
  };
  expect(await seqsOf({})).toEqual([1, 2, 3, 4]);
  expect(await seqsOf({ domain: Domain.DOMAIN_INDEX })).toEqual([1, 3]);
  expect(await seqsOf({ domain: Domain.DOMAIN_USER_METADATA })).toEqual([2]);
  expect(await seqsOf({ syncReady: false })).toEqual([3]);
  expect(await seqsOf({ domain: Domain.DOMAIN_INDEX, syncReady: true })).toEqual([1]);
  const unknown = gateway.handlers.readLog({
    libraryId: gateway.libraryId,
    fromSeq: 1,
    limit: 1,
    domain: 7 as Domain,
  });
  await expect(unknown).rejects.toMatchObject({ code: 'invalid-argument', subject: { field: 'domain' } });
});
