import type { ModelName } from '@shoal/core';
import { expect, it } from 'vitest';
import { deviceB, makeEntry, recordId } from '../testing/make-entry.ts';
import { openTempLog } from '../testing/temp-log.ts';

const headsOf = (log: ReturnType<typeof openTempLog>, record: number, model = 'tag') =>
  log.entries.headVersions(model as ModelName, recordId(record)).map((version) => [...version.values()]);

it('[CHG-8] of a batch of new records each keeps its heads, also one that comes twice in it, or of two models', () => {
  const log = openTempLog();
  const one = makeEntry({ record: 2, at: 1 });
  const two = makeEntry({ record: 2, at: 2, seen: one.header.version });
  const foreign = makeEntry({ record: 2, at: 1, device: deviceB });
  const other = makeEntry({ record: 2, at: 3, model: 'device' });
  expect(log.append([makeEntry({ record: 1, at: 1 }), one, two, foreign, other]).length).toBe(5);
  expect(headsOf(log, 1)).toEqual([['0000000000010000']]);
  expect(headsOf(log, 2)).toEqual([['0000000000020000'], ['0000000000010000']]);
  expect(headsOf(log, 2, 'device')).toEqual([['0000000000030000']]);
});

it('[CHG-8] among new records one that the log has already is found, and its retry adds nothing', () => {
  const log = openTempLog();
  const known = makeEntry({ record: 5, at: 1 });
  log.append([known]);
  const group = [makeEntry({ record: 4, at: 1 }), known, makeEntry({ record: 6, at: 1 })];
  expect(log.append(group).length).toBe(2);
  expect(log.append(group)).toEqual([]);
  const later = makeEntry({ record: 5, at: 2, seen: known.header.version });
  expect(log.append([makeEntry({ record: 3, at: 1 }), later, makeEntry({ record: 7, at: 1 })]).length).toBe(
    3,
  );
  expect(headsOf(log, 5)).toEqual([['0000000000020000']]);
});

it('[REP-2] what is stored in two overlapping batches is stored once, and a later batch below it, too', () => {
  const theirs = openTempLog(undefined, deviceB);
  const group = theirs.append(
    [1, 2, 3, 4].map((record) => makeEntry({ record, at: record, device: deviceB })),
  );
  const log = openTempLog();
  expect(log.store(group.slice(2))).toBe(2);
  expect(log.store(group.slice(1, 3))).toBe(1);
  expect(log.store(group)).toBe(1);
  expect(log.count).toBe(4);
  expect(log.have).toEqual(theirs.have);
});
