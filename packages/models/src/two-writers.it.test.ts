import { execFile } from 'node:child_process';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ship, testDevice } from './testing/library-on-disk.ts';

const writer = fileURLToPath(new URL('./testing/writer-process.ts', import.meta.url));
const count = 200;

// The hazard: SQLite fails a transaction that began reading and then wants to write while another writes, at once
// and whatever the busy timeout. Three writers, two of them other processes, by the batch door and by entities.
it('[CLK-2] processes that write one library at once meet no busy error, lose no write, and tick apart', async () => {
  const a = await testDevice(1);
  const b = await testDevice(2);
  const { path, device, libraryId } = a.options;
  const run = (prefix: string) =>
    promisify(execFile)(process.execPath, [writer, path, device, libraryId, prefix, String(count)], {
      timeout: 60_000,
    });
  let writes = 0;
  let isDone = false;
  const done = Promise.all([run('x'), run('y')]).finally(() => {
    isDone = true;
  });
  while (!isDone) {
    // Uncontended writes wait for nothing: without this the ends of the other processes are never heard of.
    await setImmediate();
    await a.put(
      'tag',
      a.reader.list('tag', { after: null, limit: 1 })[0]?.id ??
        ('018f0000-0000-7000-8000-000000000001' as never),
      {
        canonical_name: `z-${writes++}`,
      },
    );
  }
  await done;
  const names = a.reader
    .list('tag', { after: null, limit: 10_000 })
    .map(({ fields }) => fields.get('canonical_name'));
  expect(names.length).toBeGreaterThanOrEqual(count * 4);
  const { db } = a.library.store;
  const dots = db.prepare('select dot from shoal_outbox').pluck().all() as string[];
  expect(new Set(dots.map((dot) => dot.slice(0, 16))).size).toBe(dots.length);
  await ship(a, [b]);
  await ship(b, [a]);
  expect(b.dump()).toEqual(a.dump());
  a.close();
  b.close();
});
