import { claims, formatVersion, includes, type RecordId, type StreamId } from '@shoal/core';
import type { PositionedEntry } from '@shoal/proto';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  appendChange,
  appliedOf,
  askFor,
  compactAll,
  heldEntries,
  ingestPage,
  openWorldDevices,
  pullOnePage,
  restartLog,
  settleWorld,
  stateOf,
  type WorldDevice,
} from '../testing/log-world.ts';
import { deviceB, makeEntry } from '../testing/make-entry.ts';
import { openTempLog } from '../testing/temp-log.ts';
import { openCompactor } from '../upkeep/compactor.ts';

const devicesMax = 3;
const which = fc.nat(devicesMax - 1);
const steps = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      at: which,
      record: fc.nat(1),
      hasSeen: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('pull' as const),
      at: which,
      from: which,
      limit: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('ingest' as const),
      at: which,
      limit: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('compact' as const), at: which }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('ask' as const), at: which, from: which, record: fc.nat(1) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), at: which }) },
);
type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never;

/** Every fifth change or so, by its millisecond, is one that ingest cannot open. */
const isPoison = (version: string) => version.charCodeAt(11) % 5 === 0;

interface Made {
  readonly stream: StreamId;
  readonly originSeq: number;
  readonly record: RecordId;
  readonly version: PositionedEntry['header']['version'];
  /** Header and payload as they were appended. */
  readonly bytes: Buffer;
}

async function take(world: readonly WorldDevice[], step: Step, made: Made[]): Promise<void> {
  const at = world[step.at]!;
  switch (step.kind) {
    case 'append': {
      const ms = made.length + 1;
      for (const entry of appendChange(at, { ...step, ms })) {
        const { stream, originSeq } = entry.position;
        const { recordId, version } = entry.header;
        made.push({ stream, originSeq, record: recordId, version, bytes: bytesOf(entry) });
      }
      return;
    }
    case 'pull':
      if (step.from !== step.at) await pullOnePage(at, world[step.from]!, step.limit);
      return;
    case 'ask':
      if (step.from !== step.at) askFor(at, world[step.from]!, step.record);
      return;
    case 'ingest':
      ingestPage(at, step.limit, isPoison);
      return;
    case 'compact': {
      const before = heldEntries(at);
      compactAll(at);
      const left = new Set(heldEntries(at).map(({ seq }) => seq));
      for (const { seq, entry } of before.filter((held) => !left.has(held.seq))) {
        const { recordId, version } = entry.header;
        expect(includes(appliedOf(at, recordId), version), `${seq} went, and ingest has not its like`).toBe(
          true,
        );
      }
      return;
    }
    case 'restart':
      restartLog(at);
      return;
  }
}

/** What a log claims and neither holds nor has something of that includes it. */
function holesOf(at: WorldDevice, made: readonly Made[]): Made[] {
  const held = heldEntries(at);
  const isHeld = ({ stream, originSeq, record, version }: Made) =>
    held.some(
      ({ place, entry: { header } }) =>
        place === `${stream} ${originSeq}` ||
        (header.recordId === record && includes(header.version, version)),
    );
  return made.filter((one) => claims(at.log.have, one) && !isHeld(one));
}

function bytesOf({ headerBytes, sealed }: PositionedEntry): Buffer {
  return Buffer.concat([headerBytes, sealed]);
}

describe('compaction', () => {
  it('[S0-19] whatever is done with logs, an entry that they hold is byte for byte what was appended', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 40 }), async (history) => {
        const world = openWorldDevices(devicesMax);
        const made: Made[] = [];
        for (const step of history) await take(world, step, made);
        const bytesByPlace = new Map(made.map((one) => [`${one.stream} ${one.originSeq}`, one.bytes]));
        for (const at of world) {
          for (const { place, entry } of heldEntries(at)) {
            expect(bytesOf(entry).equals(bytesByPlace.get(place)!)).toBe(true);
          }
          at.log.close();
        }
      }),
      { numRuns: 15 },
    );
  }, 60_000);

  it('[LOG-4] pulling before, after and in the middle of it, from any vector and cursor, gives the same state', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 40 }), async (history) => {
        const world = openWorldDevices(devicesMax);
        const made: Made[] = [];
        for (const step of history) {
          await take(world, step, made);
          expect(holesOf(world[step.at]!, made)).toEqual([]);
        }
        await settleWorld(world, isPoison);
        for (const at of world) compactAll(at);
        const fresh = openWorldDevices(1)[0]!;
        await settleWorld([world[0]!, fresh], isPoison);
        for (const at of [...world, fresh]) {
          expect(holesOf(at, made)).toEqual([]);
          expect(stateOf(at)).toEqual(stateOf(world[0]!));
          for (const { record, version } of made) {
            const isOut = isPoison(formatVersion(version));
            expect(isOut || includes(appliedOf(at, record), version)).toBe(true);
          }
        }
        for (const at of [...world, fresh]) at.log.close();
      }),
      { numRuns: 30 },
    );
  }, 60_000);

  it('[LOG-3] of a file that is edited 10,000 times the log keeps a handful of entries', () => {
    const at = openWorldDevices(1)[0]!;
    let most = 0;
    for (let edit = 1; edit <= 10_000; edit += 500) {
      let seen = at.log.entries.headVersions(
        'entry' as never,
        makeEntry({ record: 1, at: 1 }).header.recordId,
      )[0];
      const group = Array.from({ length: 500 }, (_, n) => {
        const entry = makeEntry({
          record: 1,
          at: edit + n,
          model: 'entry',
          domain: 'index',
          ...(seen && { seen }),
        });
        seen = entry.header.version;
        return entry;
      });
      at.log.append(group);
      while (ingestPage(at, 0));
      compactAll(at);
      most = Math.max(most, at.log.count);
    }
    expect(most).toBe(1);
    expect(at.log.headSeq).toBe(10_000);
  });

  it('[LOG-3] an entry that ingest passed over removes nothing, and once it is applied it does', () => {
    const at = openWorldDevices(1)[0]!;
    appendChange(at, { record: 1, ms: 1, hasSeen: true });
    appendChange(at, { record: 1, ms: 2, hasSeen: true });
    const { log } = at;
    const acknowledge = (exceptions: number[]) =>
      log.acknowledge({ logId: log.logId, appliedSeq: 2, fromSeq: 1, exceptions });
    acknowledge([2]);
    expect(compactAll(at)).toBe(0);
    acknowledge([]);
    expect(compactAll(at)).toBe(1);
    expect(heldEntries(at).map(({ seq }) => seq)).toEqual([2]);
  });

  it('[LOG-3] what ingest has not applied yet removes nothing', () => {
    const at = openWorldDevices(1)[0]!;
    for (const ms of [1, 2, 3]) appendChange(at, { record: 1, ms, hasSeen: true });
    ingestPage(at, 2);
    expect(compactAll(at)).toBe(1);
    expect(heldEntries(at).map(({ seq }) => seq)).toEqual([2, 3]);
  });

  it('[LOG-3] entries of log-based models stay as history', () => {
    const log = openTempLog();
    const first = makeEntry({ record: 1, at: 1 });
    log.append([first, makeEntry({ record: 1, at: 2, seen: first.header.version })]);
    log.acknowledge({ logId: log.logId, appliedSeq: 2, fromSeq: 1, exceptions: [] });
    expect(log.compact()).toMatchObject({ removed: 0, isDone: true });
    expect(log.count).toBe(2);
  });

  it('[LOG-3] [REP-6] an operation that two devices appended again is there once, and its history stays', () => {
    const first = makeEntry({ record: 1, at: 1 });
    const second = makeEntry({ record: 1, at: 2, seen: first.header.version });
    const log = openTempLog();
    const theirs = openTempLog(undefined, deviceB);
    log.append([first, second]);
    log.store(theirs.append([second]));
    log.acknowledge({ logId: log.logId, appliedSeq: 2, fromSeq: 1, exceptions: [] });
    expect(log.compact().removed).toBe(0);
    log.acknowledge({ logId: log.logId, appliedSeq: 3, fromSeq: 3, exceptions: [] });
    expect(log.compact().removed).toBe(1);
    expect([...log.entries.between(1, 3)].map(({ seq }) => seq)).toEqual([1, 3]);
    expect(log.compact()).toMatchObject({ removed: 0, isDone: true });
  });

  it('[LOG-4] a step looks at a bounded number of rows, and goes on where it stood', () => {
    const at = openWorldDevices(1)[0]!;
    const versions = Array.from({ length: 1_500 }, (_, n) =>
      makeEntry({ record: n, at: n + 1, domain: 'index' }),
    );
    at.log.append(versions);
    at.log.append(
      versions.map(({ header }, n) =>
        makeEntry({ record: n, at: n + 5_000, seen: header.version, domain: 'index' }),
      ),
    );
    while (ingestPage(at, 0));
    const removed: number[] = [];
    for (let isDone = false; !isDone; ) {
      const step = at.log.compact();
      removed.push(step.removed);
      isDone = step.isDone;
    }
    expect(Math.max(...removed)).toBeLessThanOrEqual(1_000);
    expect(removed.reduce((a, b) => a + b)).toBe(1_500);
  });

  it('[LOG-4] a round goes on where it stood, also when the last entry that it brought has gone since', async () => {
    const [server, client] = openWorldDevices(2) as [WorldDevice, WorldDevice];
    for (const record of [1, 2, 3]) appendChange(server, { record, ms: record, hasSeen: true });
    expect(await pullOnePage(client, server, 1)).toBe(false);
    appendChange(server, { record: 1, ms: 9, hasSeen: true });
    while (ingestPage(server, 0));
    expect(compactAll(server)).toBe(1);
    const before = client.log.headSeq;
    while (!(await pullOnePage(client, server, 1)));
    expect(client.log.headSeq - before).toBe(3);
    expect(client.log.have).toEqual(server.log.have);
  });

  it('[REP-8] what is gone of a group does not hold up the rest, once its end or a later one is there', () => {
    const theirs = openTempLog(undefined, deviceB);
    const make = (record: number, at: number) => makeEntry({ record, at, device: deviceB });
    const group = theirs.append([make(1, 1), make(2, 2), make(3, 3)]);
    const later = theirs.append([make(4, 4)]);
    const log = openTempLog();
    log.store([group[1]!]);
    expect(log.readableSeq).toBe(0);
    log.store(later);
    expect(log.readableSeq).toBe(2);
  });

  it('[LOG-4] it runs a while after acknowledgements, step by step, and never once it is closed', async () => {
    let left = 3;
    const compact = vi.fn(() => {
      left -= 1;
      return { removed: 1, isDone: left <= 0, damagedSeqs: [] };
    });
    const compactor = openCompactor({ log: { compact }, onFailed: () => undefined, delayMs: 1 });
    compactor.signal();
    compactor.signal();
    expect(compact).not.toHaveBeenCalled();
    await expect.poll(() => left).toBe(0);
    expect(compact).toHaveBeenCalledTimes(3);
    compactor.signal();
    compactor.close();
    compactor.signal();
    compactor.close();
    expect(compact).toHaveBeenCalledTimes(3);
  });
});
