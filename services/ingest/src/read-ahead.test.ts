import { ReadReply, type ReadRequest } from '@shoal/proto';
import { expect, test } from 'vitest';
import { openPageReader } from './read-ahead.ts';

/** A reader of a log that notes from where it is asked for pages. */
function reading(reply: (fromSeq: number) => Promise<number>) {
  const asked: number[] = [];
  const logStore = {
    read: async ({ fromSeq = 0 }: Partial<ReadRequest>) => {
      asked.push(fromSeq);
      return { ...ReadReply.decode(Buffer.alloc(0)), nextSeq: await reply(fromSeq) };
    },
  };
  return { asked, reader: openPageReader({ libraryId: Buffer.alloc(16), logStore }) };
}

test('a page that was asked for ahead is not asked for again, and counts as old', async () => {
  const { asked, reader } = reading(async (fromSeq) => fromSeq + 10);
  expect(await reader.read(1)).toMatchObject({ page: { nextSeq: 11 }, isOld: false });
  await reader.ask(11);
  expect(await reader.read(11)).toMatchObject({ page: { nextSeq: 21 }, isOld: true });
  expect(await reader.read(11)).toMatchObject({ isOld: false });
  expect(asked).toEqual([1, 11, 11]);
});

test('a page that begins elsewhere than wanted is dropped', async () => {
  const { asked, reader } = reading(async (fromSeq) => fromSeq + 10);
  await reader.ask(11);
  expect(await reader.read(5)).toMatchObject({ page: { nextSeq: 15 }, isOld: false });
  expect(await reader.read(11)).toMatchObject({ isOld: false });
  expect(asked).toEqual([11, 5, 11]);
});

test('[REP-4] a page that failed ahead fails whoever wants it, once, and is asked for anew', async () => {
  let failures = 1;
  const { reader } = reading(async (fromSeq) => {
    if (failures-- > 0) throw new Error('nobody there');
    return fromSeq;
  });
  await reader.ask(1);
  await expect(reader.read(1)).rejects.toThrow('nobody there');
  expect(await reader.read(1)).toMatchObject({ isOld: false });
});
