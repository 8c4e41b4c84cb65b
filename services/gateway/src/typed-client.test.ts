import { connectGateway, libraryOf, modelShape, type RecordEvent } from '@shoal/client';
import { type ModelName, parseVersion, type RecordId, ShoalError } from '@shoal/core';
import { freshRecordId, type LocalWrite } from '@shoal/library';
import {
  fieldsFromWire,
  GatewayDefinition,
  type Mutation,
  MutationKind,
  uuidFromBytes,
  uuidToBytes,
  versionFromWire,
  versionToWire,
} from '@shoal/proto';
import { type GrpcServer, grpcService, silentLog, startGrpcServer } from '@shoal/service-kit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type GatewayFixture, gatewayFixture } from './gateway-fixture.ts';

/** The typed client against a real gRPC server over a real library.db; capture is a stand-in that writes as it does. */
const tag = modelShape('tag', { canonical_name: 'text', color: 'text?', search_weight: 'integer' });
type Tag = RecordEvent<{ readonly fields: { readonly canonical_name: string } }>;

let fixture: GatewayFixture;
let server: GrpcServer;
let client: ReturnType<typeof connectGateway>;

beforeEach(async () => {
  fixture = await gatewayFixture();
  fixture.services.capture = {
    write: async ({ mutations }) => {
      const written = await fixture.library.write(mutations.map(toLocalWrite));
      const changed = written.map(({ ref }) => ({ model: ref.model, id: ref.id, isLocal: true }));
      const { libraryId } = fixture.library.options;
      fixture.parts.watchers.changed({ libraryId, records: changed, hasMore: false } as never);
      return {
        records: written.map(({ ref, version }) => ({
          model: ref.model,
          recordId: uuidToBytes(ref.id),
          version: versionToWire(version),
        })),
      };
    },
  };
  server = await serve();
  client = connectGateway(async () => ({ address: server.address, token: fixture.home.token }));
});
afterEach(async () => {
  client.close();
  await server.stop();
  await fixture.close();
});

function serve(): Promise<GrpcServer> {
  const services = [grpcService(GatewayDefinition, fixture.handlers)];
  return startGrpcServer({ port: 0, token: fixture.home.token, services, log: silentLog() });
}

function toLocalWrite({ kind, model, recordId, fields, seen }: Mutation): LocalWrite {
  const id = recordId.length === 0 ? freshRecordId(Date.now()) : uuidFromBytes<RecordId>(recordId, 'id');
  const at = {
    ref: { model: model as ModelName, id },
    seen: seen.length > 0 ? versionFromWire(seen) : recordId.length > 0 ? null : parseVersion(''),
  };
  if (kind === MutationKind.MUTATION_KIND_DELETE) return { kind: 'delete', ...at };
  return { kind: 'put', ...at, fields: fieldsFromWire(fields) };
}

async function all<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test('a record is written, read, listed and deleted by its shape', async () => {
  const tags = (await libraryOf(client, 'photos')).model(tag);
  const { id } = await tags.put({ canonical_name: 'holiday', color: null });
  const read = await tags.get(id);
  expect(read).toMatchObject({
    id,
    fields: { canonical_name: 'holiday', color: null, search_weight: 100 },
  });
  await tags.put({ color: 'green' }, read);
  const other = await tags.put({ canonical_name: 'work' });
  const listed = await all(tags.list());
  expect(listed.map(({ fields: { canonical_name, color } }) => [canonical_name, color])).toEqual([
    ['holiday', 'green'],
    ['work', null],
  ]);
  expect((await all(tags.list({ after: id }))).map((record) => record.id)).toEqual([other.id]);
  await tags.delete({ id });
  expect(await tags.get(id)).toBeUndefined();
});

test('[MRG-1] a write upon what was read leaves what came since: both are there, and merge', async () => {
  const tags = (await libraryOf(client)).model(tag);
  const { id } = await tags.put({ canonical_name: 'holiday' });
  const read = await tags.get(id);
  await tags.put({ color: 'red' }, { id });
  await tags.put({ color: 'blue' }, read);
  const state = fixture.library.store.records.get({ model: 'tag' as ModelName, id: id as RecordId })!.state;
  const colors = state.fields.get('color')!.map(({ value }) => value);
  expect(colors.sort()).toEqual(['blue', 'red']);
});

test('a watch goes on when the gateway starts again elsewhere, and tells what was written meanwhile is to be read', async () => {
  const tags = (await libraryOf(client)).model(tag);
  const watching = tags.watch();
  const next = async (): Promise<Tag> => (await watching.next()).value;
  expect(await next()).toEqual({ kind: 'resync' });
  await tags.put({ canonical_name: 'before' });
  expect(await next()).toMatchObject({
    kind: 'put',
    isLocal: true,
    record: { fields: { canonical_name: 'before' } },
  });
  const { address } = server;
  const heard = next();
  await server.stop();
  const meanwhile = await fixture.put('tag', { canonical_name: 'meanwhile' });
  server = await serve();
  expect(server.address).not.toBe(address);
  expect(await heard).toEqual({ kind: 'resync' });
  expect(await tags.get(meanwhile)).toMatchObject({ fields: { canonical_name: 'meanwhile' } });
  await tags.delete({ id: meanwhile });
  expect(await next()).toEqual({ kind: 'gone', id: meanwhile, isLocal: true });
  await watching.return(undefined as never);
});

test('a call that is not answered in time is `deadline-exceeded`, a wrong field is told by name, a library that is not there too', async () => {
  const library = await libraryOf(client);
  fixture.services.capture = { write: () => new Promise<never>(() => undefined) };
  await expect(
    library.model(tag).put({ canonical_name: 'late' }, undefined, { timeoutMs: 50 }),
  ).rejects.toMatchObject({ code: 'deadline-exceeded' });
  const wrong = library.model(modelShape('tag', { size: 'integer' }));
  await fixture.put('tag', { canonical_name: 'one' });
  await expect(all(wrong.list())).rejects.toMatchObject({
    code: 'unknown-field',
    subject: { field: 'size' },
  });
  await expect(libraryOf(client, 'music')).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringContaining('it has: photos ('),
  });
});

test('a client that was closed says so, also to who watches', async () => {
  const tags = (await libraryOf(client)).model(tag);
  const watching = tags.watch();
  await watching.next();
  const heard = watching.next();
  client.close();
  await expect(heard).rejects.toEqual(new ShoalError('interrupted', 'the client was closed'));
  await expect(tags.get(freshRecordId(1))).rejects.toMatchObject({ code: 'interrupted' });
});
