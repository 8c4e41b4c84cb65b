import { copyFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { lifeId, type StreamId, vectorAt } from '@shoal/core';
import { type PositionedEntry, parsePositionedEntry } from '@shoal/proto';
import { describe, expect, it } from 'vitest';
import { wireEntry } from '../serve/wire-entry.ts';
import { openDb } from '../store/open-db.ts';
import { deviceB, makeEntry } from '../testing/make-entry.ts';
import { openTempLog, tempFolder } from '../testing/temp-log.ts';
import { type Acknowledgement, parseAcknowledgement } from './acknowledgement.ts';
import { SyncLog } from './sync-log.ts';

const entries = (count: number, from = 1) =>
  Array.from({ length: count }, (_, at) => makeEntry({ record: from + at, at: from + at }));
const seqs = (appended: readonly PositionedEntry[]) => appended.map(({ position }) => position.originSeq);
const deviceBStream = lifeId<StreamId>(deviceB, 'b'.repeat(16));
const acknowledge = (log: SyncLog, appliedSeq: number, more: Partial<Acknowledgement> = {}) =>
  log.acknowledge({ logId: log.logId, appliedSeq, fromSeq: 1, exceptions: [], ...more });

describe('sync log', () => {
  it('[CHG-1] numbers are 1, 2, 3 … per stream without holes, and the group range stands in each', () => {
    const log = openTempLog();
    const first = log.append(entries(3));
    const second = log.append(entries(2, 10));
    expect(seqs(first)).toEqual([1, 2, 3]);
    expect(seqs(second)).toEqual([4, 5]);
    expect(second.map(({ position }) => [position.groupFirst, position.groupLast])).toEqual([
      [4, 5],
      [4, 5],
    ]);
    expect(vectorAt(log.have, log.life)).toBe(5);
    expect(log.headSeq).toBe(5);
  });

  it('[CHG-8] an append that is retried adds nothing, also after a restart', () => {
    const path = join(tempFolder(), 'sync.db');
    const group = entries(3);
    const log = openTempLog(path);
    log.append(group);
    expect(log.append(group)).toEqual([]);
    log.close();
    const again = openTempLog(path);
    expect(again.append([...group, ...entries(1, 9)]).length).toBe(1);
    expect(again.count).toBe(4);
  });

  it('[REP-6] on a file of another device it takes a new id, applied by nobody, and names no stream of that one', () => {
    const path = join(tempFolder(), 'sync.db');
    const log = openTempLog(path);
    log.append(entries(2));
    acknowledge(log, 2);
    log.close();
    const copy = openTempLog(path, deviceB);
    expect(copy.logId).not.toBe(log.logId);
    expect([copy.count, copy.headSeq, copy.appliedSeq]).toEqual([2, 2, 0]);
    expect(vectorAt(copy.have, log.life)).toBe(2);
    // What only B's own numbering would show is no loss of A's.
    expect(copy.compareOwn(new Map([[log.life, 9]]))).toBe(false);
    const made = makeEntry({ device: deviceB, record: 9, at: 9 });
    expect(copy.append([made])[0]!.position.predecessor).toBeNull();
    copy.close();
    const again = openTempLog(path, deviceB);
    expect(again.logId).toBe(copy.logId);
    const next = again.append([makeEntry({ device: deviceB, record: 10, at: 10 })])[0]!;
    expect(next.position.predecessor).toEqual({ stream: copy.life, lastOriginSeq: 1 });
  });

  it('[REP-6] every start is a new stream whose first entry names the one before with its last position', () => {
    const path = join(tempFolder(), 'sync.db');
    const log = openTempLog(path);
    expect(log.append(entries(2))[0]!.position.predecessor).toBeNull();
    log.close();
    openTempLog(path).close();
    const third = openTempLog(path);
    expect(third.life).not.toBe(log.life);
    const [one, two] = third.append(entries(2, 10));
    expect(one!.position).toMatchObject({
      originSeq: 1,
      predecessor: { stream: log.life, lastOriginSeq: 2 },
    });
    expect(two!.position.predecessor).toBeNull();
    expect(third.logId).toBe(log.logId);
  });

  it('[LOG-2] what is stored behind a hole is not claimed until the hole is filled', () => {
    const theirs = openTempLog(undefined, deviceB).append(entries(5));
    const log = openTempLog();
    expect(log.store([theirs[0]!, theirs[2]!, theirs[3]!])).toBe(3);
    expect(vectorAt(log.have, theirs[0]!.position.stream)).toBe(1);
    expect(log.store([theirs[1]!])).toBe(1);
    expect(vectorAt(log.have, theirs[0]!.position.stream)).toBe(4);
  });

  it('[REP-2] what is stored already is recognised by stream and number', () => {
    const theirs = openTempLog(undefined, deviceB).append(entries(3));
    const log = openTempLog();
    log.store([theirs[2]!]);
    expect(log.store([theirs[2]!])).toBe(0);
    expect(log.store(theirs)).toBe(2);
    expect(log.headSeq).toBe(3);
  });

  it('[LOG-2] a claim goes on over what is stored behind it, and survives a restart', () => {
    const path = join(tempFolder(), 'sync.db');
    const theirs = openTempLog(undefined, deviceB).append(entries(5));
    const stream = theirs[0]!.position.stream;
    const log = openTempLog(path);
    log.store([theirs[3]!]);
    log.claim(new Map([[stream, 3]]));
    expect(vectorAt(log.have, stream)).toBe(4);
    log.close();
    expect(vectorAt(openTempLog(path).have, stream)).toBe(4);
  });

  it('[LOG-2] the applied vector is the last one at or below the ingest cursor', () => {
    const log = openTempLog();
    for (let n = 1; n <= 4; n += 1) log.append(entries(2, n * 10));
    const applied = (seq: number) => {
      acknowledge(log, seq);
      return vectorAt(log.appliedVector(), log.life);
    };
    expect(applied(1)).toBe(0);
    expect(applied(4)).toBe(4);
    expect(applied(7)).toBe(6);
    expect(applied(8)).toBe(8);
  });

  it('[CHG-8] an entry that ingest passed over stands for nothing that it claims to include', () => {
    const log = openTempLog();
    const lacking = makeEntry({ record: 1, at: 1 });
    const strange = makeEntry({ record: 1, at: 9, seen: lacking.header.version, device: deviceB });
    log.store(openTempLog(undefined, deviceB).append([strange]));
    expect(log.append([lacking])).toEqual([]);
    acknowledge(log, 1, { exceptions: [1] });
    expect(log.append([lacking])).toHaveLength(1);
    expect(log.append([lacking])).toEqual([]);
  });

  it('[LOG-2] for an ingest that begins anew nothing counts as applied before it is where it was', () => {
    const log = openTempLog();
    for (let n = 1; n <= 4; n += 1) log.append(entries(2, n * 10));
    const applied = (seq: number) => {
      acknowledge(log, seq);
      return vectorAt(log.appliedVector(), log.life);
    };
    expect(applied(6)).toBe(6);
    // library.db was put back from a copy: what replaced an entry that was removed may lie anywhere up to 6.
    expect(applied(4)).toBe(0);
    expect(applied(5)).toBe(0);
    expect(applied(6)).toBe(6);
    expect(applied(8)).toBe(8);
  });

  it('[LOG-3] an acknowledgement of another log is refused and changes nothing', () => {
    const log = openTempLog();
    log.append(entries(2));
    acknowledge(log, 2);
    expect(() => acknowledge(log, 1, { logId: 'other' })).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
    expect(log.appliedSeq).toBe(2);
  });

  it('[REP-6] a log of which ingest applied more than there is went back, and takes a new id', () => {
    const log = openTempLog();
    log.append(entries(2));
    const before = log.logId;
    expect(() => acknowledge(log, 3)).toThrow(expect.objectContaining({ subject: { field: 'applied_seq' } }));
    expect(log.logId).not.toBe(before);
    expect([log.appliedSeq, log.headSeq]).toEqual([0, 2]);
  });

  it('[REP-6] a log put back from a copy is found out by what its library saw, and takes a new id once', () => {
    const path = join(tempFolder(), 'sync.db');
    const log = openTempLog(path);
    log.append(entries(2));
    log.close();
    copyFileSync(path, `${path}.copy`);
    const later = openTempLog(path);
    later.append(entries(1, 10));
    const seen = { logId: later.logId, life: later.life, seq: later.headSeq };
    const before = { logId: log.logId, life: log.life, seq: 2 };
    expect(later.recognise([seen, before])).toBe(false);
    later.close();
    const restarted = openTempLog(path);
    expect(restarted.recognise([seen, before])).toBe(false);
    restarted.close();

    copyFileSync(`${path}.copy`, path);
    const back = openTempLog(path);
    // What others sent has taken the same numbers again, so the head says nothing.
    back.store(openTempLog(undefined, deviceB).append(entries(5, 20)));
    expect(back.recognise([before])).toBe(false);
    expect(back.recognise([before, seen])).toBe(true);
    expect(back.logId).not.toBe(log.logId);
    expect(back.appliedSeq).toBe(0);
    expect(back.recognise([before, seen])).toBe(false);
  });

  it('[REP-6] a log of which a peer knows more than itself takes a new id, and its numbers are not given twice', () => {
    const path = join(tempFolder(), 'sync.db');
    const log = openTempLog(path);
    log.append(entries(2));
    log.close();
    copyFileSync(path, `${path}.copy`);
    const later = openTempLog(path);
    later.append(entries(3, 10));
    const peer = openTempLog(undefined, deviceB);
    peer.store([...later.entries.between(1, 9)].map((row) => parsePositionedEntry(wireEntry(later, row))));
    later.close();
    copyFileSync(`${path}.copy`, path);
    const back = openTempLog(path);
    expect(back.compareOwn(new Map([[deviceBStream, 50]]))).toBe(false);
    expect(back.compareOwn(peer.have)).toBe(true);
    expect(back.compareOwn(peer.have)).toBe(false);
    expect(back.logId).not.toBe(log.logId);
    const again = back
      .append(entries(1, 30))
      .map(({ position }) => `${position.stream} ${position.originSeq}`);
    expect(again).toEqual([`${back.life} 1`]);
  });

  it('[LOG-3] an acknowledgement that leaves a part out is refused by the field', () => {
    const log = openTempLog();
    log.append(entries(9));
    acknowledge(log, 3);
    expect(() => acknowledge(log, 8, { fromSeq: 6 })).toThrow(
      expect.objectContaining({ subject: { field: 'from_seq' } }),
    );
    acknowledge(log, 8, { fromSeq: 4, exceptions: [5] });
    expect(log.appliedSeq).toBe(8);
  });

  it('[SEC-5] exceptions outside of what is acknowledged, or too many, are refused', () => {
    const request = {
      libraryId: Buffer.alloc(16),
      logId: 'x',
      appliedSeq: 20_000,
      fromSeq: 0,
      exceptions: [1, 5],
    };
    expect(parseAcknowledgement(request)).toMatchObject({ fromSeq: 1, exceptions: [1, 5] });
    const bad = [[0], [5, 5], [6, 5], [20_001], Array.from({ length: 10_001 }, (_, n) => n + 1)];
    for (const exceptions of bad) {
      expect(() => parseAcknowledgement({ ...request, exceptions })).toThrow(
        expect.objectContaining({ code: 'invalid-argument', subject: { field: 'exceptions' } }),
      );
    }
  });

  it('[REP-8] a group that is there in part is not readable until its end is, a round is over, or it is released', () => {
    const theirs = openTempLog(undefined, deviceB).append(entries(4));
    const complete = openTempLog();
    complete.store(theirs.slice(0, 2));
    expect(complete.readableSeq).toBe(0);
    complete.append(entries(1, 50));
    expect(complete.readableSeq).toBe(0);
    complete.store(theirs.slice(2));
    expect(complete.readableSeq).toBe(5);

    const afterRound = openTempLog();
    afterRound.store(theirs.slice(0, 2));
    afterRound.claim(new Map([[theirs[0]!.position.stream, 2]]));
    expect(afterRound.readableSeq).toBe(2);

    const released = openTempLog();
    released.store(theirs.slice(0, 2));
    released.releaseGroups(1);
    expect(released.readableSeq).toBe(2);
  });

  it('a transaction that fails changes nothing, also of what is kept at hand', () => {
    const log = openTempLog();
    log.append(entries(2));
    const [bad] = entries(1, 20);
    const broken = { ...bad!, sealed: 'no bytes' as never as Uint8Array, headerBytes: null as never };
    expect(() => log.append([...entries(1, 30), broken])).toThrow(
      expect.objectContaining({ code: 'storage-failed' }),
    );
    expect([log.headSeq, log.count, vectorAt(log.have, log.life)]).toEqual([2, 2, 2]);
    expect(seqs(log.append(entries(1, 40)))).toEqual([3]);
  });

  it('the file is private, and the log of another library or of a newer program is refused', () => {
    const path = join(tempFolder(), 'sync.db');
    const log = openTempLog(path);
    for (const end of ['', '-wal', '-shm']) expect(statSync(path + end).mode & 0o777).toBe(0o600);
    const other = '018f0000-0000-7000-8000-0000000000bb' as typeof log.libraryId;
    log.close();
    expect(() => new SyncLog({ path, libraryId: other, life: log.life })).toThrow(
      expect.objectContaining({ code: 'damaged-file' }),
    );
    const db = openDb(path);
    db.exec('create table of_a_newer_program (id integer)');
    db.pragma('user_version = 999');
    db.close();
    expect(() => openTempLog(path)).toThrow(expect.objectContaining({ code: 'version-mismatch' }));
  });
});
