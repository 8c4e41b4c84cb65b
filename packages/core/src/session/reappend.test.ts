import { describe, expect, test } from 'vitest';
import type { LogId, ModelName, RecordId } from '../ids.ts';
import {
  afterReappendedPage,
  nextReappendStep,
  noWholeLog,
  openReappendPass,
  wholeLogAfter,
} from './reappend.ts';

const [log, other] = ['log', 'other'] as LogId[] as [LogId, LogId];
const ref = { model: 'tag' as ModelName, id: '1' as RecordId };
const at = (appliedSeq: number, wholeLogId: LogId | null = null) => ({ logId: log, wholeLogId, appliedSeq });
const page = { logId: log, headSeq: 7, last: null, hasLeftOut: false };

describe('giving a log what its library knows', () => {
  test('[REP-6] a log that is whole is left alone; of another it is asked whether a peer may still bring it', () => {
    expect(nextReappendStep(null, at(0, log))).toEqual({ kind: 'rest' });
    expect(nextReappendStep(null, at(0, other))).toEqual({ kind: 'ask' });
    expect(nextReappendStep(openReappendPass(other), at(0))).toEqual({ kind: 'ask' });
  });

  test('[REP-6] pages are appended to the end; then what was appended is read back before the log is whole', () => {
    const first = openReappendPass(log);
    expect(nextReappendStep(first, at(3))).toEqual({ kind: 'append', pass: first });
    const second = afterReappendedPage(first, { ...page, headSeq: 5, last: ref })!;
    expect(second).toMatchObject({ after: ref, isAtEnd: false });
    const third = afterReappendedPage(second, page)!;
    expect(nextReappendStep(third, at(6))).toEqual({ kind: 'rest' });
    expect(nextReappendStep(third, at(7))).toEqual({ kind: 'end', isWhole: true });
  });

  test('[REP-6] a pass that left records out ends without the log being whole', () => {
    const pass = afterReappendedPage(openReappendPass(log), { ...page, hasLeftOut: true })!;
    expect(nextReappendStep(pass, at(7))).toEqual({ kind: 'end', isWhole: false });
  });

  test('[REP-6] a pass ends with the log that it began on', () => {
    expect(afterReappendedPage(openReappendPass(log), { ...page, logId: other })).toBeNull();
  });

  test('[REP-6] a log that was whole is so no more when something went to another: a copy of it may come back', () => {
    expect(wholeLogAfter(log, log, log)).toBe(log);
    expect(wholeLogAfter(log, other, log)).toBe(noWholeLog);
    expect(wholeLogAfter(null, other, null)).toBeNull();
    expect(wholeLogAfter(null, other, other)).toBeNull();
    // It shipped to a log that took a new id before anybody followed it.
    expect(wholeLogAfter(null, other, log)).toBe(noWholeLog);
  });
});
