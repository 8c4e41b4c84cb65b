import type { ModelName } from '@shoal/core';
import type { LocalWrite } from '@shoal/library';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { newId, type TestDevice, testDevice } from './testing/library-on-disk.ts';

/**
 * What capture adds to a write, in statements that SQLite runs and rows that it changes: counts are the same on every
 * machine, times are for the bench.
 */
let a: TestDevice;

beforeEach(async () => {
  a = await testDevice(1);
});

afterEach(() => a.close());

const tags = (count: number): LocalWrite[] =>
  Array.from({ length: count }, () => ({
    kind: 'put',
    ref: { model: 'tag' as ModelName, id: newId() },
    fields: new Map([['canonical_name', 'x']]),
    seen: null,
  }));

interface Cost {
  readonly statements: number;
  readonly rowsChanged: number;
}

async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const { db } = a.library.store;
  const changes = () => db.prepare<[], number>('select total_changes()').pluck().get() as number;
  const before = changes();
  // One prototype for all statements of the process; nothing else runs.
  const prototype = Object.getPrototypeOf(db.prepare('select 1'));
  const spies = (['run', 'get', 'all', 'iterate'] as const).map((name) => vi.spyOn(prototype, name));
  try {
    await work();
    const statements = spies.reduce((sum, { mock }) => sum + mock.calls.length, 0);
    return { statements, rowsChanged: changes() - before };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

describe('capture of a write', () => {
  test('[S1-38] changes three rows for each that is written, and the clock: row, state, outbox', async () => {
    for (const count of [1, 10, 100, 1_000]) {
      const { rowsChanged } = await costOf(() => a.library.write(tags(count)));
      expect(rowsChanged).toBe(3 * count + 1);
    }
  });

  test('[S1-38] runs at most two statements for each row that is written, in batches of any size, and thirty for a batch', async () => {
    for (const count of [10, 100, 1_000]) {
      const { statements } = await costOf(() => a.library.write(tags(count)));
      expect(statements).toBeGreaterThan(count);
      expect(statements).toBeLessThan(2 * count + 30);
    }
  });

  test('[S1-38] costs no more for all that is in the library and waits in the outbox already', async () => {
    const write = tags(10);
    const edit = write.map((tag) => ({ ...tag, fields: new Map([['color', '#111']]) }));
    const [first, firstEdit] = [
      await costOf(() => a.library.write(write)),
      await costOf(() => a.library.write(edit)),
    ];
    for (let batch = 0; batch < 5; batch += 1) await a.library.write(tags(1_000));
    const later = tags(10);
    const laterEdit = later.map((tag) => ({ ...tag, fields: new Map([['color', '#222']]) }));
    expect(await costOf(() => a.library.write(later))).toEqual(first);
    expect(await costOf(() => a.library.write(laterEdit))).toEqual(firstEdit);
  });
});
