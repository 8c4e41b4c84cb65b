import { join } from 'node:path';
import { type LogId, vectorAt } from '@shoal/core';
import { vectorFromWire } from '@shoal/proto';
import { describe, expect, it } from 'vitest';
import { heartbeatOf } from '../replicate/heartbeat.ts';
import { deviceA, deviceB, makeEntry } from '../testing/make-entry.ts';
import { openTempLog, tempFolder } from '../testing/temp-log.ts';
import type { SyncLog } from './sync-log.ts';

/**
 * The hazard: an entry is lost to damage, the library had applied it and went back since, and so what it appends again
 * lacks that; the log claims it none the less, and no peer ever gives it (LOG-1, LOG-2, REP-6). Seeds of the simulator
 * found it; here are logs on real files.
 */
const made = (count: number, device = deviceA) =>
  Array.from({ length: count }, (_, at) => makeEntry({ record: at, at: at + 1, device }));
const acknowledge = (log: SyncLog, appliedSeq: number, exceptions: readonly number[] = []) =>
  log.acknowledge({ logId: log.logId, appliedSeq, fromSeq: 1, exceptions: [...exceptions] });
const readUpTo = (log: SyncLog, seq: number, logId: LogId = log.logId) =>
  log.hearRead({ logId, life: log.life, seq });
/** Holes that stay when the library has appended again all that it knows. */
const holesLeft = (log: SyncLog) => {
  log.declareWhole(log.logId);
  return log.holes;
};

/** A's log with four entries of B, of which its ingest applied all. */
function appliedLog(): SyncLog {
  const log = openTempLog();
  log.store(openTempLog(undefined, deviceB).append(made(4, deviceB)));
  acknowledge(log, 4);
  return log;
}

describe('a library that may have forgotten', () => {
  it('[LOG-1] [REP-6] a library that read less than it has told went back: what is lost is not known to it', () => {
    const log = appliedLog();
    log.setAside([2]);
    readUpTo(log, 1, 'f'.repeat(32) as LogId);
    expect(holesLeft(log)).toBe(1);
    const lostBehind = appliedLog();
    readUpTo(lostBehind, 1);
    expect(lostBehind.appliedSeq).toBe(1);
    lostBehind.setAside([2]);
    expect(holesLeft(lostBehind)).toBe(1);
  });

  it('[LOG-1] [REP-6] one that read as much as it has told did not, and gives back what is lost, also over new ids', () => {
    const log = appliedLog();
    const before = log.logId;
    readUpTo(log, 4);
    log.setAside([2]);
    // It has not begun to follow the log under its new id.
    readUpTo(log, 4, before);
    log.setAside([3]);
    expect(log.holes).toBe(2);
    expect(holesLeft(log)).toBe(0);
  });

  it('[LOG-1] what ingest had passed over when the log took a new id, and what lies behind that, is not known', () => {
    const log = appliedLog();
    acknowledge(log, 4, [2]);
    log.setAside([4]);
    log.setAside([1, 3]);
    expect(holesLeft(log)).toBe(1);
  });

  it('[LOG-1] [REP-6] what a log appended before it went back, and gets back from peers, is not known', () => {
    const log = openTempLog();
    log.append(made(2));
    expect(log.recognise([{ logId: log.logId, life: log.life, seq: 9 }])).toBe(true);
    log.setAside([1]);
    expect(holesLeft(log)).toBe(1);
    log.append([makeEntry({ record: 9, at: 9 })]);
    log.setAside([3]);
    expect(holesLeft(log)).toBe(1);
  });

  it('[LOG-1] [REP-6] a library that says less than it has appended went back, also where ingest had read nothing', () => {
    const appendedLog = () => {
      const log = openTempLog();
      log.append(made(1));
      log.append([makeEntry({ record: 9, at: 9 })]);
      return log;
    };
    const saying = (log: SyncLog, seq: number) => log.hearAppend({ logId: log.logId, life: log.life, seq });
    const known = appendedLog();
    saying(known, 2);
    known.setAside([2]);
    expect(holesLeft(known)).toBe(0);
    const lostBefore = appendedLog();
    lostBefore.hearAppend({ logId: lostBefore.logId, life: lostBefore.life, seq: 1 });
    lostBefore.setAside([2]);
    expect(holesLeft(lostBefore)).toBe(1);
    const lostAfter = appendedLog();
    lostAfter.setAside([2]);
    lostAfter.hearAppend(null);
    expect(holesLeft(lostAfter)).toBe(1);
  });

  it('[LOG-1] what was appended in an earlier start of the log-store is known as long as neither went back', () => {
    const path = join(tempFolder(), 'sync.db');
    const log = openTempLog(path);
    log.append(made(2));
    log.close();
    const again = openTempLog(path);
    again.setAside([1]);
    expect(holesLeft(again)).toBe(0);
  });

  it('[REP-3] a heartbeat says what a log can give, also behind a hole that nobody fills', () => {
    const theirs = openTempLog(undefined, deviceB).append(made(4, deviceB));
    const log = openTempLog();
    log.store([theirs[0]!, theirs[1]!, theirs[3]!]);
    log.setAside([1]);
    const { stream } = theirs[0]!.position;
    expect(vectorAt(log.have, stream)).toBe(0);
    const beat = heartbeatOf(log, { device: deviceA, wallMs: 0, isReplyWanted: false });
    expect(vectorAt(vectorFromWire(beat.have), stream)).toBe(4);
  });
});
