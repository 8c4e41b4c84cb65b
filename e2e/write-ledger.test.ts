import { expect, test } from 'vitest';
import { logProblems, type ShownLine } from './log-problems.ts';
import { writeLedger } from './write-ledger.ts';

/** What judges the fleets of other tests must itself see each fault that it is there for. */
const row = (uuid: string, fields: object = {}) => JSON.stringify({ model: 'tag', uuid, ...fields });

test('the ledger sees what was acknowledged and is not there, is older, is back, or is there twice', () => {
  const ledger = writeLedger();
  ledger.send([{ record: 'a', field: 'color', value: '1' }])();
  ledger.send([{ record: 'a', field: 'color', value: '2' }])();
  ledger.send([{ record: 'b', field: 'color', value: '1' }])();
  ledger.send([{ record: 'b' }])();
  expect(ledger.problems([row('a', { color: '2' })])).toEqual([]);
  expect(ledger.problems([])).toEqual(['a was written and is not there']);
  expect(ledger.problems([row('a', { color: '1' })])).toEqual(['color of a: expected 2, found 1']);
  expect(ledger.problems([row('a', { color: '2' }), row('b')])).toEqual(['b was deleted and is there']);
  expect(ledger.problems([row('a', { color: '2' }), row('a', { color: '2' })])).toHaveLength(1);
});

test('the ledger takes what was not answered either way, but whole', () => {
  const ledger = writeLedger();
  ledger.send([{ record: 'a', field: 'color', value: '1' }])();
  ledger.send([{ record: 'a', field: 'color', value: '2' }]);
  ledger.send([
    { record: 'b', field: 'color', value: '1' },
    { record: 'c', field: 'color', value: '1' },
  ]);
  expect(ledger.problems([row('a', { color: '1' })])).toEqual([]);
  expect(ledger.problems([row('a', { color: '2' }), row('b'), row('c')])).toEqual([]);
  expect(ledger.problems([row('a', { color: '2' }), row('c')])).toEqual([
    '1 of 2 that were written together',
  ]);
});

test('logs that claim what they lack, differ, or hold something twice, misplaced or renumbered are seen', () => {
  const line = (
    originSeq: number,
    record: string,
    hlc: string,
    more: Partial<ShownLine> = {},
  ): ShownLine => ({
    seq: originSeq,
    stream: 's',
    originSeq,
    groupFirst: originSeq,
    groupLast: originSeq,
    record,
    version: new Map([['r', hlc]]) as never,
    ...more,
  });
  const log = (have: number, ...lines: ShownLine[]) => ({ lines, have: new Map([['s', have]]) });
  const whole = log(2, line(1, 'a', '1'), line(2, 'a', '2'));
  expect(logProblems([whole, log(2, line(2, 'a', '2'))])).toEqual([]);
  expect(logProblems([whole, log(2, line(1, 'a', '1'))])).toEqual(['s 2 of a is claimed and not there']);
  expect(logProblems([whole, log(1, line(1, 'a', '1'))])).toContain('the vectors differ: s 2 | s 1');
  expect(logProblems([log(2, line(1, 'a', '1'), line(2, 'a', '1'))])[0]).toContain('there twice');
  expect(logProblems([log(1, line(1, 'a', '1'), line(2, 'b', '1'))])[0]).toContain('outside of its group');
  expect(logProblems([whole, log(2, line(1, 'a', '1'), line(2, 'b', '3'))])[0]).toMatch(
    /^s 2 is a .* and b /,
  );
});
