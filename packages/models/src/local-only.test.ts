import { readFileSync } from 'node:fs';
import type { RecordId } from '@shoal/core';
import { openPayload, openTransactionManager, type TransactionManager } from '@shoal/library';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localEntities, models, registry, TagEntity, TempFileEntity } from './index.ts';
import { recordMaker, ways } from './testing/generated-records.ts';
import { newId, type ShippedEntry, ship, type TestDevice, twoDevices } from './testing/library-on-disk.ts';

/** What stays on a device, for every model: a marker in each local-only column is looked for in all that leaves it. */
const marker = 'ONLY-HERE-7f3a';
let a: TestDevice;
let b: TestDevice;
let manager: TransactionManager;

beforeEach(async () => {
  [a, b] = await twoDevices();
  manager = await openTransactionManager({ ...a.options, localEntities });
});

afterEach(async () => {
  await manager.close();
  a.close();
  b.close();
});

test.each(ways.filter(({ model }) => model.localColumns.length > 0))(
  '[S1-06] $name: no local-only column is in a payload, a header, a dump, or anything of the other device',
  async (way) => {
    const { spec, localColumns, entity } = way.model;
    const maker = recordMaker(a);
    const id = await maker.make(way);
    markRow(spec.table, localColumns, id);
    const sent: ShippedEntry[] = [];
    await a.put(spec.name, id, await maker.edits(way));
    sent.push(...(await a.drain()));
    await manager.transactional(async (em) => {
      const row = (await em.findOneOrFail(entity, { uuid: id })) as unknown as Record<string, unknown>;
      for (const { property, field } of way.model.columns) {
        if (field.kind === 'text' && field.oneOf === undefined) row[property] = 'by entity';
      }
    });
    sent.push(...(await a.drain()), ...a.library.readRecords(null, 1_000).entries);
    expect(rowOf(spec.table, id)).toContain(marker);
    for (const { header, headerBytes, sealed } of sent) {
      const payload = openPayload(a.options.ring, header.keyId, headerBytes, sealed);
      expect(payload.includes(marker)).toBe(false);
      expect(Buffer.from(headerBytes).includes(marker)).toBe(false);
    }
    await b.apply(sent);
    expect(b.dump()).toEqual(a.dump());
    expect(a.dump().join()).not.toContain(marker);
    b.library.store.db.pragma('wal_checkpoint(truncate)');
    expect(readFileSync(b.options.path).includes(marker)).toBe(false);
  },
);

test('[S0-26] of a volume name, capacity, tracking, display name, colour, icon and holder leave, and no more', () => {
  const volume = models.find(({ spec }) => spec.name === 'volume')!;
  expect(volume.spec.fields.map(({ name }) => name)).toEqual(
    ['name', 'total_capacity', 'tracked', 'display_name', 'color', 'icon', 'holder'].sort(),
  );
  expect([...volume.localColumns].sort()).toEqual(
    ['fingerprint', 'mount_point', 'available_space', 'mounted'].sort(),
  );
});

test('[S0-28] a temporary file is in no log, no message and on no other device, in whatever unit of work it is written', async () => {
  expect(registry.specs.map(({ table }) => table)).not.toContain('temp_files');
  const tag = newId();
  await manager.transactional(async (em) => {
    em.create(TempFileEntity, { path: `/tmp/${marker}` }, { persist: true });
    em.create(TagEntity, { uuid: tag, canonicalName: 'beside it' }, { persist: true });
  });
  await manager.transactional(async (em) => {
    const file = await em.findOneOrFail(TempFileEntity, { path: `/tmp/${marker}` });
    file.byteSize = 3;
  });
  expect(a.library.outboxCount()).toBe(1);
  await ship(a, [b]);
  expect(b.fields('tag', tag)).toMatchObject({ canonical_name: 'beside it' });
  await manager.transactional(async (em) => {
    em.remove(await em.findOneOrFail(TempFileEntity, { byteSize: 3 }));
  });
  expect(a.library.outboxCount()).toBe(0);
  const put = a.put('temp_file', newId(), { path: '/tmp/x' });
  await expect(put).rejects.toMatchObject({ code: 'unknown-model' });
  b.library.store.db.pragma('wal_checkpoint(truncate)');
  expect(readFileSync(b.options.path).includes(marker)).toBe(false);
});

function markRow(table: string, columns: readonly string[], id: RecordId): void {
  const settings = columns.map((column) => `${column} = '${marker}'`).join(', ');
  a.library.store.db.prepare(`update ${table} set ${settings} where uuid = ?`).run(id);
}

function rowOf(table: string, id: RecordId): string {
  return JSON.stringify(a.library.store.db.prepare(`select * from ${table} where uuid = ?`).get(id));
}
