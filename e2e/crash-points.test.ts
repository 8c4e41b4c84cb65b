import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { uuidFromBytes, uuidToBytes } from '@shoal/client';
import type { LibraryId } from '@shoal/core';
import { addLibrary, newLibraryFile, readHubFile } from '@shoal/service-kit';
import type { DurableStep } from '@shoal/telemetry';
import { type DeviceProcess, type Fleet, startFleet, until } from '@shoal/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LedgerTraffic } from './ledger-traffic.ts';
import { type LedgerWorld, openLedgerWorld } from './ledger-world.ts';

/**
 * The hazard: a process dies between two things that last, the first is done and the second is not, and what comes
 * after it takes the one for the other (ING-2: a phantom, never a hole). The method: clients write on two devices; at
 * a step that has a name one process of each is killed, once, and started again by its supervisor. Then both
 * show every acknowledged write, nothing twice, no vector that claims what is not there, and whole files. The devices
 * go through all steps one after the other, each time with what the crashes before left behind.
 */
let fleet: Fleet;
let world: LedgerWorld;
let turn = 0;

beforeAll(async () => {
  fleet = await startFleet({ hasCrashPoints: true });
  world = await openLedgerWorld(fleet, fleet.libraryId);
});
afterAll(() => fleet?.close());

/** By turns, so that no process dies so often in a row that its supervisor makes it wait. */
function devicesInTurn(): { readonly victim: DeviceProcess; readonly other: DeviceProcess } {
  const [a, b] = fleet.devices as [DeviceProcess, DeviceProcess];
  turn += 1;
  return turn % 2 === 0 ? { victim: a, other: b } : { victim: b, other: a };
}

/** Waits until one of the device's processes was killed at the step. */
async function untilStruck(
  device: DeviceProcess,
  step: DurableStep,
  writing: readonly LedgerTraffic[] = [],
): Promise<void> {
  await until(`a crash at ${step}`, () => {
    for (const one of writing) one.made();
    return device.crashPoints().struck(step);
  });
}

/** A step, and the how manieth time at it is meant. */
type Point = readonly [step: DurableStep, nth: number];

/** The first device only receives: what it loses is what it cannot have from anywhere but its log. */
const received: readonly (readonly [...Point, ...Point])[] = [
  ['store.before-commit', 1, 'capture.before-commit', 1],
  ['ingest.before-commit', 1, 'append.before-commit', 1],
  ['store.after-commit', 1, 'relay.after-append', 1],
  ['ingest.after-commit', 1, 'relay.after-drain', 1],
];

test.each(received)(
  '[ING-2] [LOG-2] receiving, killed at %s (%i.), the writer at %s (%i.): what was acknowledged is there, once, without holes',
  async (step, nth, of, ofNth) => {
    const { victim, other } = devicesInTurn();
    await survives({ device: victim, step, nth }, { device: other, step: of, nth: ofNth }, victim);
  },
);

/** Both write. */
const written: readonly (readonly [...Point, ...Point])[] = [
  ['capture.after-commit', 1, 'compact.before-commit', 1],
  ['append.after-commit', 1, 'relay.after-clear', 2],
  ['acknowledge.before-commit', 2, 'append.after-publish', 1],
  ['compact.after-commit', 1, 'acknowledge.after-commit', 2],
];

test.each(written)(
  '[ING-2] [CHG-8] killed at %s (%i.), the other at %s (%i.): what was acknowledged is there, once, without holes',
  async (step, nth, of, ofNth) => {
    const { victim, other } = devicesInTurn();
    await survives({ device: victim, step, nth }, { device: other, step: of, nth: ofNth });
  },
);

interface Strike {
  readonly device: DeviceProcess;
  readonly step: DurableStep;
  readonly nth: number;
}

async function survives(one: Strike, two: Strike, quiet?: DeviceProcess): Promise<void> {
  const strikes = [one, two];
  for (const { device, step, nth } of strikes) await device.crashPoints().arm(step, nth);
  const work = async (writing: readonly LedgerTraffic[]) => {
    for (const { device, step } of strikes) await untilStruck(device, step, writing);
  };
  await world.underTraffic(work, quiet);
  await world.untilWhole();
}

test('[ING-2] [REP-2] killed at round.before-claim, the other at round.after-claim: the next round brings the rest', async () => {
  const { victim, other } = devicesInTurn();
  await victim.crashPoints().arm('round.before-claim');
  await other.crashPoints().arm('round.after-claim');
  // What is written while they are cut off from each other comes to them by rounds.
  await fleet.stopHub();
  const heads = await Promise.all(
    fleet.devices.map((device) => until('the log-store answers', () => headOf(device))),
  );
  await world.underTraffic(async (writing) => {
    for (const [at, device] of fleet.devices.entries()) {
      await until('the log has grown', async () => (await headOf(device)) > heads[at]!);
    }
    await fleet.startHub();
    await untilStruck(victim, 'round.before-claim', writing);
    await untilStruck(other, 'round.after-claim', writing);
  });
  await world.untilWhole();
});

async function headOf(device: DeviceProcess): Promise<number> {
  const { log } = await (await device.gateway()).getStatus({ libraryId: fleet.libraryId });
  if (log === undefined) throw new Error('the log-store did not answer');
  return log.headSeq;
}

test('[ING-2] killed at opening.after-migrate, the other at opening.after-life: a new library opens all the same', async () => {
  const { victim, other } = devicesInTurn();
  await victim.crashPoints().arm('opening.after-migrate');
  await other.crashPoints().arm('opening.after-life');
  const hub = await readHubFile(join(fleet.folder.path, 'hub', 'hub.json'));
  const library = newLibraryFile({ name: 'second', hub });
  for (const { home } of fleet.devices) await addLibrary(home.paths, library);
  await untilStruck(victim, 'opening.after-migrate');
  await untilStruck(other, 'opening.after-life');
  const second = await openLedgerWorld(fleet, uuidToBytes(library.libraryId));
  await second.underTraffic(() => Promise.resolve());
  await second.untilWhole();
  await world.untilWhole();
});

test('[ING-2] [REP-6] killed at reappend.after-page, the other at reappend.before-whole: what only libraries know reaches both', async () => {
  const { victim, other } = devicesInTurn();
  await fleet.stopHub();
  // Nobody else has what is written now; and then both logs are lost.
  await world.underTraffic(() => Promise.resolve());
  for (const device of fleet.devices) {
    await device.stop();
    const { syncDb } = device.home.paths.library(uuidFromBytes<LibraryId>(fleet.libraryId, 'library_id'));
    for (const file of [syncDb, `${syncDb}-wal`, `${syncDb}-shm`]) await rm(file, { force: true });
  }
  await victim.crashPoints().arm('reappend.after-page');
  await other.crashPoints().arm('reappend.before-whole');
  await fleet.startHub();
  await Promise.all(fleet.devices.map((device) => device.start()));
  await untilStruck(victim, 'reappend.after-page');
  await untilStruck(other, 'reappend.before-whole');
  await world.underTraffic(() => Promise.resolve());
  await world.untilWhole();
});

test('[S2-57] [ING-2] killed in the middle of an index: it goes on where it was, and both devices have each file once', async () => {
  const { victim } = devicesInTurn();
  const root = join(fleet.folder.path, 'files');
  const longAgo = new Date(Date.now() - 3_600_000);
  for (let folder = 0; folder < 26; folder += 1) {
    await mkdir(join(root, `${folder}`), { recursive: true });
    for (let file = 0; file < 100; file += 1) {
      const path = join(root, `${folder}`, `${folder}-${file}.txt`);
      await writeFile(path, path);
      await utimes(path, longAgo, longAgo);
    }
  }
  // The location, and the first thousand of 2,627 entries.
  await victim.crashPoints().arm('capture.after-commit', 2);
  const gateway = await victim.gateway();
  await gateway.addLocation({ libraryId: fleet.libraryId, path: root, name: '', ignore: [] });
  await untilStruck(victim, 'capture.after-commit');
  const names = (lines: readonly string[]) =>
    lines
      .map((line): { model: string; name: string } => JSON.parse(line))
      .filter(({ model, name }) => model === 'entry' && name.endsWith('.txt'))
      .map(({ name }) => name);
  const lines = await fleet.converged({ isWanted: (dump) => names(dump).length >= 2_600 });
  expect([names(lines).length, new Set(names(lines)).size]).toEqual([2_600, 2_600]);
});
