import { uuidFromBytes } from '@shoal/client';
import type { LibraryId } from '@shoal/core';
import { type DeviceProcess, type Fleet, until } from '@shoal/testkit';
import { type LedgerTraffic, startLedgerTraffic } from './ledger-traffic.ts';
import { logProblems, readShownLog } from './log-problems.ts';
import { databaseProblems } from './testing/database-problems.ts';
import { writeLedger } from './write-ledger.ts';
import { writeTag } from './write-tag.ts';

/** One library of a fleet of two, its clients, and what they were told. */
export interface LedgerWorld {
  /**
   * Writes on both devices from before `work` until some time after it, two hundred records at once first; on the one
   * that is `quiet` only from after it.
   */
  underTraffic(
    work: (writing: readonly LedgerTraffic[]) => Promise<void>,
    quiet?: DeviceProcess,
  ): Promise<void>;
  /**
   * Waits until both devices show all that was acknowledged and are equal, with logs that agree; then looks at the
   * files. Fails with what is wrong.
   */
  untilWhole(): Promise<void>;
}

/** A world without writes but for a tag that both devices know. */
export async function openLedgerWorld(fleet: Fleet, libraryId: Buffer): Promise<LedgerWorld> {
  const ledger = writeLedger();
  const [a] = fleet.devices;
  const shared = await until('the library is there', async () =>
    // Short: a request that a killed service had in hand is never answered.
    writeTag(await a!.gateway(), { libraryId, fields: { canonical_name: 'shared' }, timeoutMs: 2_000 }),
  );
  ledger.send([{ record: shared, field: 'canonical_name', value: 'shared' }])();

  const start = (device: DeviceProcess) => {
    const field = device === a ? 'color' : 'icon';
    return startLedgerTraffic({ device, libraryId, ledger, shared: { id: shared, field }, groupSize: 200 });
  };
  const look = async () => {
    const [dump, other] = await Promise.all(fleet.devices.map((device) => fleet.dump(device, libraryId)));
    refuse([...ledger.problems(dump!), ...ledger.problems(other!)]);
    refuse(dump!.join('\n') === other!.join('\n') ? [] : ['the dumps differ']);
    const gateways = await Promise.all(fleet.devices.map((device) => device.gateway()));
    refuse(logProblems(await Promise.all(gateways.map((gateway) => readShownLog(gateway, libraryId)))));
    return true;
  };
  const world: LedgerWorld = {
    underTraffic: async (work, quiet) => {
      const writing = fleet.devices.filter((device) => device !== quiet).map(start);
      try {
        await work(writing);
        if (quiet !== undefined) writing.push(start(quiet));
        const before = writing.map((one) => one.made());
        await until('all write on', () => writing.every((one, at) => one.made() >= before[at]! + 3));
      } finally {
        await Promise.all(writing.map((one) => one.stop()));
      }
    },
    untilWhole: async () => {
      const options = { deadlineMs: 60_000, pollMs: 100 };
      await until('both devices have all that was acknowledged, and it alone', look, options);
      for (const { home } of fleet.devices) {
        const { libraryDb, syncDb } = home.paths.library(uuidFromBytes<LibraryId>(libraryId, 'library_id'));
        refuse([libraryDb, syncDb].flatMap(databaseProblems));
      }
    },
  };
  await world.untilWhole();
  return world;
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(problems.slice(0, 5).join('; '));
}
