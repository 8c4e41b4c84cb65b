import { copyFileSync, statSync } from 'node:fs';
import { claims, emptyVector, formatVersion, ShoalError, vectorAt } from '@shoal/core';
import { type PositionedEntry, parsePositionedEntry, uuidToBytes, vectorFromWire } from '@shoal/proto';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { pullPage } from '../serve/pull-page.ts';
import { readPage } from '../serve/read-page.ts';
import { openDb } from '../store/open-db.ts';
import { isStructuralDamage } from '../store/structural-damage.ts';
import { flipByte, flipWithin } from '../testing/damage-file.ts';
import {
  appendChange,
  compactAll,
  heldEntries,
  ingestPage,
  openWorldDevices,
  pullOnePage,
  settleWorld,
  type WorldDevice,
} from '../testing/log-world.ts';
import { library, makeEntry } from '../testing/make-entry.ts';
import { openTempLog } from '../testing/temp-log.ts';
import { openScrub } from '../upkeep/scrub.ts';
import { verifyEntries } from '../upkeep/verify-entries.ts';

const libraryId = uuidToBytes(library);
const change = (at: WorldDevice, record: number, ms = record): PositionedEntry =>
  appendChange(at, { record, ms, hasSeen: true })[0]!;
/** The disk damages an entry while the device is off. */
const damage = (at: WorldDevice, { sealed }: PositionedEntry) => {
  at.log.close();
  flipWithin(at.path, Buffer.from(sealed), 5);
  at.log = openTempLog(at.path, at.device);
};
const readAll = (at: WorldDevice) =>
  readPage(at.log, { libraryId, logId: '', fromSeq: 1, limit: 0 }).entries.map(({ seq }) => seq);
const pullAll = async (to: WorldDevice, from: WorldDevice) => {
  while (!(await pullOnePage(to, from, 1_000)));
};
const seqOf = (at: WorldDevice, { sealed }: PositionedEntry) =>
  heldEntries(at).find(({ entry }) => Buffer.from(entry.sealed).equals(sealed))?.seq;

describe('damage', () => {
  it('[LOG-1] a damaged copy is not served and not had, is asked for, and is replaced behind the head', async () => {
    const [a, b] = openWorldDevices(2) as [WorldDevice, WorldDevice];
    const made = [1, 2, 3].map((record) => change(a, record));
    const { stream } = made[0]!.position;
    await settleWorld([a, b]);
    const logId = b.log.logId;
    damage(b, made[1]!);
    expect(vectorAt(b.log.have, stream)).toBe(3);
    expect(readAll(b)).toEqual([1, 3]);
    expect([vectorAt(b.log.have, stream), b.log.holes]).toEqual([1, 1]);
    // Ingest follows the log anew, and so meets what comes at a seq that it had passed.
    expect(b.log.logId).not.toBe(logId);
    await pullAll(b, a);
    expect([vectorAt(b.log.have, stream), b.log.holes]).toEqual([3, 0]);
    expect(readAll(b)).toEqual([1, 3, 4]);
    expect(seqOf(b, made[1]!)).toBe(4);
  });

  it('[LOG-1] what was lost stays lost over a restart until it is had again', async () => {
    const [a, b] = openWorldDevices(2) as [WorldDevice, WorldDevice];
    const made = [1, 2].map((record) => change(a, record));
    await settleWorld([a, b]);
    damage(b, made[0]!);
    readAll(b);
    b.log.close();
    b.log = openTempLog(b.path, b.device);
    expect([b.log.have, b.log.holes]).toEqual([emptyVector, 1]);
    await pullAll(b, a);
    expect(b.log.have).toEqual(a.log.have);
  });

  it('[LOG-2] what ingest had applied of a damaged entry stays applied; what it had not is not', async () => {
    const [a, b] = openWorldDevices(2) as [WorldDevice, WorldDevice];
    const made = [1, 2, 3, 4].map((record) => change(a, record));
    const { stream } = made[0]!.position;
    await pullAll(b, a);
    ingestPage(b, 2);
    damage(b, made[0]!);
    damage(b, made[2]!);
    readAll(b);
    ingestPage(b, 1_000);
    // It has applied the first, and met the fourth: the third is to come.
    expect(vectorAt(b.log.appliedVector(), stream)).toBeLessThan(3);
    await pullAll(b, a);
    ingestPage(b, 1_000);
    expect(vectorAt(b.log.appliedVector(), stream)).toBe(4);
  });

  it('[LOG-3] what ingest passed over counts as applied no more when it is lost, until its new place is told', async () => {
    const [a, b] = openWorldDevices(2) as [WorldDevice, WorldDevice];
    const made = [1, 2, 3].map((record) => change(a, record));
    const { stream } = made[1]!.position;
    const isPoison = (version: string) => version === formatVersion(made[1]!.header.version);
    await pullAll(b, a);
    ingestPage(b, 1_000, isPoison);
    expect([b.log.ack(b.device)?.exceptions.length, vectorAt(b.log.appliedVector(), stream)]).toEqual([1, 3]);
    // Something that ingest did not read stands behind, so that the place of the lost one is not the last.
    change(b, 4);
    damage(b, made[1]!);
    readAll(b);
    await pullAll(b, a);
    ingestPage(b, 2, isPoison);
    expect(vectorAt(b.log.appliedVector(), stream)).toBeLessThan(2);
    ingestPage(b, 1_000, isPoison);
    expect([b.log.ack(b.device)?.exceptions.length, vectorAt(b.log.appliedVector(), stream)]).toEqual([1, 3]);
  });

  it('[REP-6] its own entry that nobody else has is appended again by the library, and its number not given twice', () => {
    const [a] = openWorldDevices(1) as [WorldDevice];
    const entries = [1, 2, 3].map((record) => makeEntry({ record, at: record, device: a.device }));
    const made = a.log.append(entries);
    damage(a, made[1]!);
    readAll(a);
    const { stream } = made[1]!.position;
    expect(vectorAt(a.log.have, stream)).toBe(1);
    // The log passes over what it has, and takes what it lost.
    const again = a.log.append(entries);
    expect(again.map(({ header }) => header.recordId)).toEqual([entries[1]!.header.recordId]);
    a.log.declareWhole('another' as never);
    expect(a.log.holes).toBe(1);
    a.log.declareWhole(a.log.logId);
    expect([vectorAt(a.log.have, stream), a.log.holes]).toEqual([3, 0]);
  });

  it('[REP-6] a log that lost an entry of the life that it is in numbers on behind all that it gave', () => {
    const [a] = openWorldDevices(1) as [WorldDevice];
    const made = [1, 2, 3].map((record) => change(a, record));
    a.log.setAside([2]);
    expect(vectorAt(a.log.have, a.log.life)).toBe(1);
    const next = change(a, 4);
    expect(next.position.originSeq).toBe(4);
    expect(a.log.readableSeq).toBe(a.log.headSeq);
    expect(made[2]!.position.originSeq).toBe(3);
  });

  it('[LOG-2] a log that lost entries claims nothing to others but what it gives', async () => {
    // The hazard: an entry superseded another and is lost; whoever takes over the vector claims the other one, too.
    const [a, b, c] = openWorldDevices(3) as [WorldDevice, WorldDevice, WorldDevice];
    change(a, 1, 1);
    await pullAll(b, a);
    const after = change(b, 1, 2);
    await settleWorld([a, b]);
    expect([compactAll(a), compactAll(b)]).toEqual([1, 1]);
    damage(b, after);
    await pullAll(c, b);
    for (const stream of [a.log.life, after.position.stream]) {
      expect(claims(c.log.have, { stream, originSeq: 1 })).toBe(false);
    }
    await pullAll(b, a);
    await pullAll(c, b);
    expect(c.log.have).toEqual(a.log.have);
    expect(heldEntries(c).map(({ entry }) => entry.header.recordId)).toHaveLength(1);
  });

  it('[LOG-2] an entry that is lost beyond what is claimed may have replaced what is, and so holds that back, too', async () => {
    const [a, b, c] = openWorldDevices(3) as [WorldDevice, WorldDevice, WorldDevice];
    const [first, , third] = [change(a, 1, 1), change(a, 2, 2), change(a, 1, 3)];
    b.log.store([first!, third!]);
    ingestPage(b, 1_000);
    expect(compactAll(b)).toBe(1);
    b.log.setAside([seqOf(b, third!)!]);
    expect(b.log.holes).toBe(1);
    await pullAll(c, b);
    expect(claims(c.log.have, first!.position)).toBe(false);
    await pullAll(b, a);
    expect([b.log.have, b.log.holes]).toEqual([a.log.have, 0]);
  });

  it('[LOG-1] a round under way when damage is found claims nothing', async () => {
    const [a, b] = openWorldDevices(2) as [WorldDevice, WorldDevice];
    const made = [1, 2, 3, 4].map((record) => change(a, record));
    await settleWorld([a, b]);
    for (const record of [5, 6, 7]) change(a, record);
    expect(await pullOnePage(b, a, 1)).toBe(false);
    b.log.setAside([seqOf(b, made[1]!)!]);
    await pullAll(b, a);
    expect(claims(b.log.have, made[1]!.position)).toBe(false);
    await pullAll(b, a);
    expect(b.log.have).toEqual(a.log.have);
    expect(seqOf(b, made[1]!)).toBeGreaterThan(4);
  });

  it('[LOG-3] a damaged entry supersedes nothing', async () => {
    const [a] = openWorldDevices(1) as [WorldDevice];
    change(a, 1, 1);
    const after = change(a, 1, 2);
    ingestPage(a, 1_000);
    damage(a, after);
    expect(a.log.compact()).toMatchObject({ removed: 0, damagedSeqs: [2] });
    expect(heldEntries(a).map(({ seq }) => seq)).toEqual([1]);
    expect(compactAll(a)).toBe(0);
  });

  it('[LOG-1] what nobody reads is read through in the background, and round again', () => {
    const [a] = openWorldDevices(1) as [WorldDevice];
    const made = Array.from({ length: 35 }, (_, at) => change(a, at + 1));
    damage(a, made[30]!);
    vi.useFakeTimers();
    const failed = vi.fn();
    const verify = vi.fn((afterSeq: number, entriesMax: number) =>
      verifyEntries(a.log, afterSeq, entriesMax),
    );
    const scrub = openScrub({ log: a.log, verify, random: () => 0.1, onFailed: failed, tickMs: 10 });
    vi.advanceTimersByTime(60);
    scrub.close();
    vi.useRealTimers();
    expect(a.log.holes).toBe(1);
    expect(verify.mock.calls.map(([afterSeq]) => afterSeq)).toEqual([3, 13, 23, 33, 0, 10]);
    expect(failed).not.toHaveBeenCalled();
  });

  it.each([
    `update lives set life = 'nonsense'`,
    `update log set own_stream = 'nonsense'`,
    `update log set head_seq = 'nonsense'`,
    `update log set applied_seq = -1`,
    `update log set chain = x'00'`,
    `update log set log_id = 'nonsense'`,
    `delete from log; delete from lives; insert into lives values (1, x'00', 0)`,
  ])(
    '[LOG-1] what says what the log is, and cannot have been written, is damage of the file: %s',
    (damaging) => {
      const [a] = openWorldDevices(1) as [WorldDevice];
      change(a, 1);
      a.log.close();
      const db = openDb(a.path);
      db.exec(damaging);
      db.close();
      expect(() => openTempLog(a.path, a.device)).toThrow(expect.toSatisfy(isStructuralDamage));
    },
  );

  it('[LOG-1] whatever byte of the file is damaged, nobody is given what is not what came', () => {
    const [a] = openWorldDevices(1) as [WorldDevice];
    for (let record = 1; record <= 40; record += 1) change(a, record);
    for (let record = 1; record <= 10; record += 1) change(a, record, 100 + record);
    const came = pullPage(a.log, pullRequest).entries.map((entry) => parsePositionedEntry(entry));
    const all = new Map(came.map((entry) => [placeOf(entry), entry]));
    expect([all.size, a.log.have.size]).toEqual([50, 1]);
    a.log.close();
    const whole = `${a.path}.whole`;
    copyFileSync(a.path, whole);
    const outcomes = { intact: 0, setAside: 0, structural: 0 };
    fc.assert(
      fc.property(fc.noBias(fc.nat(statSync(whole).size - 1)), fc.nat(7), (offset, bit) => {
        copyFileSync(whole, a.path);
        flipByte(a.path, offset, 1 << bit);
        try {
          a.log = openTempLog(a.path, a.device);
          readAll(a);
          pullPage(a.log, pullRequest);
          verifyEntries(a.log, 0, 1_000);
          const reply = pullPage(a.log, pullRequest);
          const given = new Set(reply.entries.map((entry) => placeOf(parsePositionedEntry(entry))));
          for (const [of, { position }] of all) {
            if (claims(vectorFromWire(reply.have), position)) expect(given.has(of)).toBe(true);
          }
          for (const held of heldEntries(a)) {
            const entry = all.get(held.place);
            expect(Buffer.from(held.entry.headerBytes).equals(entry!.headerBytes)).toBe(true);
            expect(Buffer.from(held.entry.sealed).equals(entry!.sealed)).toBe(true);
          }
          const kept = new Set(heldEntries(a).map((held) => held.place));
          for (const [of, { position }] of all) {
            if (claims(a.log.have, position)) expect(kept.has(of)).toBe(true);
          }
          outcomes[a.log.holes > 0 ? 'setAside' : 'intact'] += 1;
        } catch (error) {
          // A file that seems to be another's, or a newer program's, is refused and told.
          const isRefused = error instanceof ShoalError && /version|damaged-file/.test(error.code);
          if (!isStructuralDamage(error) && !isRefused) throw error;
          outcomes.structural += 1;
        } finally {
          a.log.close();
        }
      }),
      { numRuns: 200 },
    );
    expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(0);
  });
});

const placeOf = ({ position }: PositionedEntry) => `${position.stream} ${position.originSeq}`;

const pullRequest = {
  libraryId,
  have: [],
  afterSeq: 0,
  logId: '',
  limit: 0,
  afterProof: Buffer.alloc(0),
};
