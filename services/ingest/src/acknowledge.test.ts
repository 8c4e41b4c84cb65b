import { type LibraryId, type LogId, limits, ShoalError } from '@shoal/core';
import type { Cursor, Library } from '@shoal/library';
import type { AcknowledgeRequest } from '@shoal/proto';
import { expect, test } from 'vitest';
import { openAcknowledger } from './acknowledge.ts';

const libraryId = '018f0000-0000-7000-8000-0000000000aa' as LibraryId;
const cursorAt = (appliedSeq: number, logId = 'one'): Cursor => ({
  logId: logId as LogId,
  appliedSeq,
  appliedEntries: 0,
});

/** An acknowledger over a library that passed over `exceptions`, with what it told and how the next request fails. */
function acknowledgerOf(exceptions: readonly number[]) {
  const told: { fromSeq: number; appliedSeq: number; exceptions: number[] }[] = [];
  const failures: ShoalError[] = [];
  const acknowledger = openAcknowledger({
    library: {
      options: { libraryId } as Library['options'],
      exceptions: {
        between: (_, from, to, limit) => exceptions.filter((seq) => seq >= from && seq <= to).slice(0, limit),
      },
    },
    logStore: {
      acknowledge: async ({ fromSeq, appliedSeq, exceptions: some }: AcknowledgeRequest) => {
        const failure = failures.pop();
        if (failure !== undefined) throw failure;
        told.push({ fromSeq, appliedSeq, exceptions: some });
        return {};
      },
    },
  });
  return { acknowledger, told, failures };
}

test('[LOG-3] it says once how far ingest is, and what was passed over on the way', async () => {
  const { acknowledger, told } = acknowledgerOf([2, 8]);
  for (const at of [5, 5, 9]) await acknowledger.tell(cursorAt(at));
  expect(told).toEqual([
    { fromSeq: 1, appliedSeq: 5, exceptions: [2] },
    { fromSeq: 6, appliedSeq: 9, exceptions: [8] },
  ]);
});

test('[LOG-3] what is no exception any more, and what is read again, is told again from there', async () => {
  const passedOver = [2, 4];
  const { acknowledger, told } = acknowledgerOf(passedOver);
  await acknowledger.tell(cursorAt(9));
  passedOver.shift();
  acknowledger.tellAgainFrom(4);
  acknowledger.tellAgainFrom(2);
  await acknowledger.tell(cursorAt(9));
  await acknowledger.tell(cursorAt(9));
  for (const at of [5, 8]) await acknowledger.tell(cursorAt(at));
  expect(told.slice(1)).toEqual([
    { fromSeq: 2, appliedSeq: 9, exceptions: [4] },
    { fromSeq: 6, appliedSeq: 5, exceptions: [] },
    { fromSeq: 6, appliedSeq: 8, exceptions: [] },
  ]);
});

test('[LOG-3] after a failure, and of another log, it says everything from the beginning', async () => {
  const { acknowledger, told, failures } = acknowledgerOf([2]);
  await acknowledger.tell(cursorAt(5));
  failures.push(new ShoalError('unavailable', 'gone'));
  await expect(acknowledger.tell(cursorAt(6))).rejects.toMatchObject({ code: 'unavailable' });
  await acknowledger.tell(cursorAt(6));
  await acknowledger.tell(cursorAt(3, 'two'));
  expect(told.slice(1)).toEqual([
    { fromSeq: 1, appliedSeq: 6, exceptions: [2] },
    { fromSeq: 1, appliedSeq: 3, exceptions: [2] },
  ]);
});

test('[SEC-5] more than fits in one request goes in several, none of which claims what the next one takes back', async () => {
  const many = Array.from({ length: limits.exceptionsMax + 5 }, (_, at) => at + 1);
  const { acknowledger, told } = acknowledgerOf(many);
  await acknowledger.tell(cursorAt(many.length + 10));
  expect(told.map(({ fromSeq, appliedSeq, exceptions }) => [fromSeq, appliedSeq, exceptions.length])).toEqual(
    [
      [1, limits.exceptionsMax, limits.exceptionsMax],
      [limits.exceptionsMax + 1, many.length + 10, 5],
    ],
  );
});
