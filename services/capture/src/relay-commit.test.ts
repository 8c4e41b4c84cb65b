import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeviceId, LibraryId } from '@shoal/core';
import {
  freshRecordId,
  type LibraryOptions,
  migrateLibrary,
  openLibrary,
  openTransactionManager,
} from '@shoal/library';
import { migrations, models, TagEntity } from '@shoal/models';
import { AppendReply, type AppendRequest, parseEntry } from '@shoal/proto';
import { silentLog } from '@shoal/service-kit';
import { expect, onTestFinished, test } from 'vitest';
import { startRelay } from './relay.ts';

const within = { timeout: 20_000, interval: 5 };
const life = Buffer.alloc(24);

test('[S4-26] [CHG-5] nothing of a transaction is shipped before it commits, all of it soon after', async () => {
  // The hazard: the relay looks every few milliseconds, also while another connection has written and not committed.
  const folder = mkdtempSync(join(tmpdir(), 'shoal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const options: LibraryOptions = {
    path: join(folder, 'library.db'),
    libraryId: '11111111-1111-4111-8111-111111111111' as LibraryId,
    device: '00000000-0000-4000-8000-000000000001' as DeviceId,
    ring: { currentKeyId: 1, keysById: new Map([[1, Buffer.alloc(32)]]) },
    models,
    migrations,
  };
  await migrateLibrary(options.path, migrations);
  const library = openLibrary(options);
  const manager = await openTransactionManager(options);
  const shipped: string[] = [];
  let looks = 0;
  const relay = startRelay({
    library: {
      ...library,
      readOutbox: (limit) => {
        looks += 1;
        return library.readOutbox(limit);
      },
    },
    logStore: {
      append: async ({ entries }: AppendRequest) => {
        shipped.push(...entries.map((entry) => parseEntry(entry).header.recordId));
        return { ...AppendReply.decode(Buffer.alloc(0)), appended: entries.length, headSeq: 1, life };
      },
      recognise: async () => ({ logId: 'log', life, settling: false }),
    },
    log: silentLog(),
    idleMs: 5,
  });
  const ids = [1, 2, 3].map(() => freshRecordId(Date.now()));
  await manager.transactional(async (em) => {
    for (const uuid of ids) {
      em.create(TagEntity, { uuid, canonicalName: 'x' }, { persist: true });
      await em.flush();
      const before = looks;
      relay.signal();
      await expect.poll(() => looks - before, within).toBeGreaterThan(2);
      expect(shipped).toEqual([]);
    }
  });
  await expect.poll(() => [...shipped].sort(), within).toEqual([...ids].sort());
  await relay.stop();
  await manager.close();
  library.close();
});
