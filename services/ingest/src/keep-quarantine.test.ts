import { type LogId, limits, ShoalError } from '@shoal/core';
import type { Cursor } from '@shoal/library';
import { silentLog } from '@shoal/service-kit';
import { expect, test } from 'vitest';
import { openQuarantineKeeper } from './keep-quarantine.ts';

const logId = 'log' as LogId;
const nothing = { changes: [], liftedSeq: null };

/** A keeper of `waiting` entries, of which `opening` open when they are tried. */
function keeperOf(waiting: readonly number[], opening: readonly number[] = []) {
  const left = new Set(waiting);
  const tried: number[][] = [];
  const toldAgain: number[] = [];
  const world = { due: [] as number[], back: undefined as Cursor | undefined, failure: null as unknown };
  let keyLooks = 0;
  const keeper = openQuarantineKeeper({
    library: {
      quarantined: {
        count: () => left.size,
        waiting: (after, limit) => [...left].filter((id) => id > after).slice(0, limit),
        due: () => world.due.filter((id) => left.has(id)),
      },
      retryQuarantined: async (ids) => {
        if (world.failure !== null) throw world.failure;
        tried.push([...ids]);
        const opened = ids.filter((id) => opening.includes(id) && left.delete(id));
        if (opened.length === 0) return { applied: 0, left: [], kept: ids.length, ...nothing };
        const kept = ids.length - opened.length;
        return { applied: opened.length, left: [], kept, changes: [], liftedSeq: 100 };
      },
      discardQuarantined: async (ids) => ids.filter((id) => left.delete(id)).length,
      readLeftOut: async () => world.back,
    },
    acknowledger: { tellAgainFrom: (seq) => void toldAgain.push(seq) },
    refreshKeys: async () => {
      keyLooks += 1;
    },
    wallMs: () => 0,
    log: silentLog(),
  });
  return { keeper, tried, toldAgain, world, keyLooks: () => keyLooks };
}

test('[ING-3] at the beginning everything is tried once, a bounded part at a time, then only what is due', async () => {
  const count = limits.quarantineTriesMax + 3;
  const ids = Array.from({ length: count }, (_, at) => at + 1);
  const { keeper, tried, world, keyLooks } = keeperOf(ids);
  for (const isMore of [true, true, false, false]) expect(await keeper.step(logId)).toEqual({ isMore });
  expect(tried).toEqual([ids.slice(0, limits.quarantineTriesMax), ids.slice(limits.quarantineTriesMax)]);
  world.due = [7];
  expect(await keeper.step(logId)).toEqual({ isMore: true });
  expect([tried.length, tried.at(-1), keyLooks()]).toEqual([3, [7], 3]);
});

test('[ING-3] what could not be tried for want of storage is tried again', async () => {
  const { keeper, tried, world } = keeperOf([1, 2]);
  world.failure = new ShoalError('storage-failed', 'full');
  await expect(keeper.step(logId)).rejects.toMatchObject({ code: 'storage-failed' });
  world.failure = null;
  await keeper.step(logId);
  expect(tried).toEqual([[1, 2]]);
});

test('[ING-3] [LOG-3] what is applied is told to the log-store anew, from where it stands', async () => {
  const { keeper, toldAgain } = keeperOf([1, 2], [2]);
  expect(await keeper.retry([1])).toEqual({ done: 0, waiting: 2 });
  expect(toldAgain).toEqual([]);
  expect(await keeper.retry('all')).toEqual({ done: 1, waiting: 1 });
  expect(toldAgain).toEqual([100]);
});

test('[ING-3] a number that does not wait is not-found, before any other is tried or discarded', async () => {
  const { keeper, tried } = keeperOf([1, 2], [1]);
  for (const command of [keeper.retry, keeper.discard])
    await expect(command([1, 3])).rejects.toMatchObject({ code: 'not-found' });
  expect(tried).toEqual([]);
  expect(await keeper.discard([2])).toEqual({ done: 1, waiting: 1 });
  expect(await keeper.discard([])).toEqual({ done: 0, waiting: 1 });
});

test('[ING-3] where the quarantine had no room the log is read again', async () => {
  const { keeper, world } = keeperOf([]);
  const back = { logId, appliedSeq: 3, appliedEntries: 9 };
  world.back = back;
  expect(await keeper.step(logId)).toEqual({ isMore: true, back });
});
