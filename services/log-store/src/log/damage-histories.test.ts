import {
  claims,
  deviceOf,
  includes,
  joinVersions,
  makeDot,
  type RecordId,
  refKey,
  type StreamId,
  type Version,
} from '@shoal/core';
import { encodeHeader } from '@shoal/proto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  appendChange,
  appliedOf,
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
import { makeEntry } from '../testing/make-entry.ts';

/**
 * The hazard: entries are lost to damage at any moment, also those for which others were let go, in the middle of rounds,
 * and more of them while the log is followed anew. Then a log may claim what neither it nor what superseded it is there
 * for, and whoever takes over its vector never asks for that again (LOG-1, LOG-2). The method: logs on real files, with
 * ingests that only count versions; what an ingest has counted stands for what its library can append again.
 */
const devicesMax = 3;
const which = fc.nat(devicesMax - 1);
const limit = fc.integer({ min: 1, max: 3 });
const steps = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('append' as const), at: which, record: fc.nat(2) }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('pull' as const), at: which, from: which, limit }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('ingest' as const), at: which, limit }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('compact' as const), at: which }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('damage' as const), at: which, entry: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('again' as const), at: which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), at: which }) },
);
type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never;

interface Made {
  readonly stream: StreamId;
  readonly originSeq: number;
  readonly record: RecordId;
  readonly version: Version;
}

async function take(world: readonly WorldDevice[], step: Step, made: Made[]): Promise<void> {
  const at = world[step.at]!;
  switch (step.kind) {
    case 'append':
      for (const { header, position } of appendChange(at, { ...step, ms: made.length + 1, hasSeen: true })) {
        made.push({ ...position, record: header.recordId, version: header.version });
        // Who wrote it has it.
        at.applied.set(header.recordId, joinVersions(appliedOf(at, header.recordId), header.version));
      }
      return;
    case 'pull':
      if (step.from !== step.at) await pullOnePage(at, world[step.from]!, step.limit);
      return;
    case 'ingest':
      ingestPage(at, step.limit);
      return;
    case 'compact':
      compactAll(at);
      return;
    case 'damage': {
      const held = heldEntries(at);
      const lost = held[step.entry % Math.max(1, held.length)];
      if (lost !== undefined) at.log.setAside([lost.seq]);
      return;
    }
    case 'again':
      appendAgain(at, made);
      return;
    case 'restart':
      restartLog(at);
      return;
  }
}

/** The library gives its log what that lacks, and says so once its ingest has read all of it (REP-6). */
function appendAgain(at: WorldDevice, made: Made[]): void {
  for (const [record, version] of at.applied) {
    const [replica, hlc] = [...version][0]!;
    const number = Number.parseInt(record.slice(-12), 16);
    const entry = makeEntry({ record: number, at: 1, device: at.device, domain: 'index' });
    const header = { ...entry.header, origin: deviceOf(replica), version, dot: makeDot(hlc, replica) };
    const appended = at.log.append([{ ...entry, header, headerBytes: encodeHeader(header) }]);
    for (const { position } of appended) made.push({ ...position, record: record as RecordId, version });
  }
  while (ingestPage(at, 1_000));
  at.log.declareWhole(at.log.logId);
}

/** What a log that has no holes claims, and neither holds nor has something of that includes it. */
function falseClaims(at: WorldDevice, made: readonly Made[]): Made[] {
  if (at.log.holes > 0) return [];
  const held = Map.groupBy(heldEntries(at), ({ entry: { header } }) =>
    refKey({ model: header.model, id: header.recordId }),
  );
  return made.filter((one) => {
    if (!claims(at.log.have, one)) return false;
    const ofRecord = held.get(refKey({ model: 'tag' as never, id: one.record })) ?? [];
    return !ofRecord.some(({ entry }) => includes(entry.header.version, one.version));
  });
}

it('[LOG-1] [LOG-2] whatever is lost to damage, and when: no log claims what it lacks, and all have everything in the end', async () => {
  let losses = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 10, maxLength: 60 }), async (history) => {
      const world = openWorldDevices(devicesMax);
      const made: Made[] = [];
      for (const step of history) {
        await take(world, step, made);
        losses += step.kind === 'damage' ? 1 : 0;
        for (const at of world) expect(falseClaims(at, made)).toEqual([]);
      }
      for (let turn = 0; turn < 2; turn += 1) {
        await settleWorld(world);
        for (const at of world) if (at.log.holes > 0) appendAgain(at, made);
      }
      await settleWorld(world);
      for (const at of world) compactAll(at);
      const fresh = openWorldDevices(1)[0]!;
      await settleWorld([world[1]!, fresh]);
      for (const at of [...world, fresh]) {
        expect(at.log.holes).toBe(0);
        expect(falseClaims(at, made)).toEqual([]);
        expect(stateOf(at)).toEqual(stateOf(world[0]!));
        for (const { record, version } of made) expect(includes(appliedOf(at, record), version)).toBe(true);
      }
      for (const at of [...world, fresh]) at.log.close();
    }),
    { numRuns: 25 },
  );
  expect(losses).toBeGreaterThan(20);
}, 60_000);
