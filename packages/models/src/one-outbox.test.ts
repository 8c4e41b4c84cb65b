import { openSyncedLibrary, type SyncedLibrary } from '@shoal/library';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DeviceEntity, LocationEntity, TagEntity } from './index.ts';
import { newId, ship, type TestDevice, twoDevices } from './testing/library-on-disk.ts';

/**
 * Two sources feed the outbox: the unit of work, which tells of itself what it flushed, and calls that say what happened.
 * The hazard is that both tell of one thing, and it is shipped twice.
 */
let a: TestDevice;
let b: TestDevice;
let library: SyncedLibrary;

beforeEach(async () => {
  [a, b] = await twoDevices();
  library = await openSyncedLibrary(a.options);
});

afterEach(async () => {
  await library.close();
  a.close();
  b.close();
});

const drained = async () => {
  const entries = await a.drain();
  await b.apply(entries);
  return entries.map(({ header }) => `${header.change} ${header.model}`);
};

describe('[S1-22] a unit of work and calls', () => {
  test('of one transaction are one operation of each record, in whatever order they tell of it', async () => {
    await library.transactional(async (em) => {
      const flushed = em.create(TagEntity, { uuid: newId(), canonicalName: 'flushed first' });
      await em.flush();
      await library.syncModelWithDb(flushed, 'insert', em);
      flushed.color = 'red';
      await library.syncModelWithDb(flushed, 'update', em);
      flushed.icon = 'sun';
      await em.flush();
      const called = em.create(TagEntity, { uuid: newId(), canonicalName: 'called first' });
      await library.syncModelsBatch([called], 'insert', em);
      called.color = 'blue';
      await library.syncModelWithDb(called, 'update', em);
    });
    expect(await drained()).toEqual(['insert tag', 'insert tag']);
    expect(b.dump()).toEqual(a.dump());
    expect(b.dump().filter((line) => /"(red|blue)"/.test(line))).toHaveLength(2);
  });

  test('of several transactions are one entry of a state that was not shipped yet, also where it was forced', async () => {
    const em = library.fork();
    const device = await em.findOneOrFail(DeviceEntity, { uuid: a.id });
    const location = em.create(LocationEntity, { uuid: newId(), name: 'x', path: '/x', device } as never);
    await em.flush();
    location.name = 'y';
    await library.syncModelWithDb(location, 'update', em);
    await library.forceRecord(location);
    location.path = '/y';
    await em.flush();
    expect(await drained()).toEqual(['insert location']);
    await library.forceRecord([location, location]);
    expect(await drained()).toEqual(['update location']);
    expect(await ship(a, [b])).toBe(0);
    expect(b.dump()).toEqual(a.dump());
  });
});
