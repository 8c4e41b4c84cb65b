import { expect, test } from 'vitest';
import { bytePath } from './byte-path.ts';
import { createChangeBatch } from './change-batch.ts';
import type { Step } from './compare.ts';
import { createCountKeeper } from './comparison-counts.ts';
import type { EntryChange, EntryStore } from './entry-store.ts';
import { indexLimits } from './index-limits.ts';

const path = bytePath(Buffer.from('x'));

/** A batch of two changes at a time, and the store's answers in hand. */
function batchOfTwo() {
  const written: EntryChange[][] = [];
  const answers: PromiseWithResolvers<ReadonlyMap<number, number>>[] = [];
  const store = {
    apply: (_location: number, changes: readonly EntryChange[]) => {
      written.push([...changes]);
      const answer = Promise.withResolvers<ReadonlyMap<number, number>>();
      answers.push(answer);
      return answer.promise;
    },
  } as Pick<EntryStore, 'apply'> as EntryStore;
  const batch = createChangeBatch({
    store,
    location: 1,
    limits: { ...indexLimits, batchChangesMax: 2 },
    identify: async () => ({ state: 'gone' }),
    counter: createCountKeeper(),
    onIdentified: () => {},
    onUnidentified: () => 'withhold',
  });
  return { batch, written, answers };
}

function created(ref: number, parent: number | null): Step {
  const facts = { size: 0, modifiedAt: 1, createdAt: null, stamp: '1:2:3:3:4:1' };
  const name = { name: `${ref}`, nameBytes: null, extension: '' };
  const change = { type: 'create', ref, parent, kind: 'directory', facts, content: null, ...name } as const;
  return { change, name: path, identify: null, isNews: true };
}

const deleted = { change: { type: 'delete', key: 7 }, name: path, identify: null, isNews: true } as const;

test('what is new is written while more is found, one batch after the other, each with the keys that the one before gave', async () => {
  const { batch, written, answers } = batchOfTwo();
  await batch.add(created(-1, null), path);
  await batch.add(created(-2, -1), path);
  await batch.add(created(-3, -1), path);
  expect(written).toHaveLength(1);
  const second = batch.add(created(-4, -2), path);
  await Promise.resolve();
  expect(written).toHaveLength(1);
  answers[0]!.resolve(
    new Map([
      [-1, 11],
      [-2, 12],
    ]),
  );
  await second;
  expect(written[1]).toMatchObject([{ parent: 11 }, { parent: 12 }]);
  const flushed = batch.flush();
  answers[1]!.resolve(new Map([[-3, 13]]));
  await flushed;
  expect(batch.keyOf(-3)).toBe(13);
});

test('what is known already is written before anything more is looked at', async () => {
  const { batch, answers } = batchOfTwo();
  await batch.add(deleted, path);
  let isAdded = false;
  const adding = batch.add(created(-1, null), path).then(() => {
    isAdded = true;
  });
  await expect.poll(() => answers.length).toBe(1);
  expect(isAdded).toBe(false);
  answers[0]!.resolve(new Map());
  await adding;
});

test('a batch that cannot be written fails whoever adds the next one, and is over when that is settled', async () => {
  const { batch, written, answers } = batchOfTwo();
  for (const ref of [-1, -2, -3]) await batch.add(created(ref, null), path);
  answers[0]!.reject(new Error('full'));
  await batch.settle();
  await expect(batch.add(created(-4, null), path)).rejects.toThrow('full');
  await expect(batch.flush()).rejects.toThrow('full');
  expect(written).toHaveLength(1);
});
