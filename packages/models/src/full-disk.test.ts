import { freshRecordId, openTransactionManager } from '@shoal/library';
import { expect, test } from 'vitest';
import { TagEntity } from './index.ts';
import { testDevice } from './testing/library-on-disk.ts';

test('[CHG-5] a unit of work for which the disk has no room is disk-full, leaves nothing, and can be done again', async () => {
  const a = await testDevice(1);
  const manager = await openTransactionManager(a.options);
  try {
    const connection = manager.fork().getConnection();
    const pages = async (max?: number) =>
      connection.execute(max === undefined ? 'pragma page_count' : `pragma max_page_count = ${max}`);
    const [{ page_count: count }] = await pages();
    await pages(Number(count) + 2);
    const work = () =>
      manager.transactional(async (em) => {
        for (let at = 0; at < 500; at += 1) {
          em.create(
            TagEntity,
            { uuid: freshRecordId(Date.now()), canonicalName: `tag ${at}` },
            { persist: true },
          );
        }
      });
    const failure = await work().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'disk-full', message: expect.stringContaining(a.options.path) });
    expect((failure as Error).cause).not.toMatchObject({ message: expect.stringContaining('tag 1') });
    expect(await manager.fork().count(TagEntity)).toBe(0);
    await pages(1_000_000);
    await work();
    expect(await manager.fork().count(TagEntity)).toBe(500);
  } finally {
    await manager.close();
    a.close();
  }
});
