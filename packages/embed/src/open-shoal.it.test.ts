import { LocationEntity, TagEntity } from '@shoal/models';
import { type Fleet, startFleet } from '@shoal/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EmbeddedLibrary, openShoal } from './open-shoal.ts';

/** Two devices with their services, and in this process an application on each. */
let fleet: Fleet;
let a: EmbeddedLibrary;
let b: EmbeddedLibrary;

beforeAll(async () => {
  fleet = await startFleet({ isInProcess: true });
  [a, b] = (await Promise.all(fleet.devices.map(({ home }) => openShoal({ home: home.paths.dir })))) as [
    EmbeddedLibrary,
    EmbeddedLibrary,
  ];
});
afterAll(async () => {
  await a?.close();
  await b?.close();
  await fleet?.close();
});

test('[S4-02] what an application writes beside the services of its device is on the other, whose application hears of it', async () => {
  await expect.poll(() => [a.isOnline(), b.isOnline()], { timeout: 20_000 }).toEqual([true, true]);
  const changes = b.watch(TagEntity);
  expect((await changes.next()).value).toEqual({ kind: 'gap' });
  const names = b.liveQuery([TagEntity], async (em) =>
    (await em.find(TagEntity, {}, { orderBy: { canonicalName: 'asc' } })).map(
      ({ canonicalName }) => canonicalName,
    ),
  );
  expect((await names.next()).value).toEqual([]);
  const tag = a.fork().create(TagEntity, { canonicalName: 'holiday' } as never, { persist: false });
  await a.syncModel(tag, 'insert');
  expect((await changes.next()).value).toMatchObject({
    ...{ kind: 'change', change: 'insert', origin: 'remote', device: a.device },
    record: { uuid: tag.uuid, canonicalName: 'holiday' },
  });
  expect((await names.next()).value).toEqual(['holiday']);
  // Loaded, changed and flushed on B: A's copy, loaded before, still counts for what it changes itself (MRG-1).
  await b.transactional(async (em) => {
    (await em.findOneOrFail(TagEntity, { uuid: tag.uuid! })).color = 'red';
  });
  tag.icon = 'sun';
  await a.syncModel(tag, 'update');
  await fleet.converged({
    isWanted: (all) => all.some((line) => line.includes('"color":"red"') && line.includes('"icon":"sun"')),
  });
  await changes.return(undefined);
  await names.return(undefined);
});

test('[S2-45] a batch of 3,000 records is on the other device, whole', async () => {
  const em = a.fork();
  const tags = Array.from({ length: 3_000 }, (_, at) =>
    em.create(TagEntity, { canonicalName: `tag ${at}` } as never, { persist: false }),
  );
  expect(await a.syncModelsBatch(tags, 'insert', em)).toEqual({ captured: 3_000, skipped: [] });
  await fleet.converged({ isWanted: (all) => all.some((line) => line.includes('"tag 2999"')) });
  expect(await b.fork().count(TagEntity)).toBe(3_001);
});

test('[S2-06] [S2-19] while the services do not run an application writes on; they ship it when they do', async () => {
  const device = fleet.devices[0]!;
  await device.stop();
  await expect.poll(() => a.isOnline(), { timeout: 20_000 }).toBe(false);
  const tag = a.fork().create(TagEntity, { canonicalName: 'alone' } as never, { persist: false });
  expect(await a.syncModel(tag, 'insert')).toEqual({ captured: 1, skipped: [] });
  // On another port.
  await device.start();
  await fleet.converged({ isWanted: (all) => all.some((line) => line.includes('"alone"')) });
  await expect.poll(() => a.isOnline(), { timeout: 20_000 }).toBe(true);
});

test('a home or a library that is not there, and one that is not made yet, are refused by name', async () => {
  await expect(openShoal({ home: '/nowhere' })).rejects.toMatchObject({ code: 'not-found' });
  const [{ home }] = fleet.devices as [Fleet['devices'][number]];
  const named = openShoal({ home: home.paths.dir, library: 'other' });
  await expect(named).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining('fleet') });
  expect(await a.fork().count(LocationEntity)).toBe(0);
});
