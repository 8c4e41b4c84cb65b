import { type Fleet, startFleet, until } from '@shoal/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeTag } from './write-tag.ts';

let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet({ count: 3, isInProcess: true });
});
afterAll(() => fleet?.close());

test('[REP-4] while the link is cut every device goes on alone; when it is healed all have everything', async () => {
  await fleet.converged();
  await fleet.stopHub();
  const ids: string[] = [];
  for (const [index, device] of fleet.devices.entries()) {
    const gateway = await device.gateway();
    for (let number = 0; number < 50; number += 1) {
      const fields = { canonical_name: `cut-${index}-${number}` };
      ids.push(await writeTag(gateway, { libraryId: fleet.libraryId, fields }));
    }
  }
  // What was written alone is in the log and shown at once, and nowhere else.
  const dumps = await Promise.all(fleet.devices.map((device) => fleet.dump(device)));
  expect(dumps.map((lines) => lines.filter((line) => line.includes('"cut-')).length)).toEqual([50, 50, 50]);
  await fleet.startHub();
  await fleet.converged({ isWanted: (lines) => ids.every((id) => lines.some((line) => line.includes(id))) });
});

test('[TOP-4] what A wrote while B was off reaches B through C, when A is off', async () => {
  const [a, b, c] = fleet.devices;
  await b!.stop();
  const fields = { canonical_name: 'relayed' };
  const id = await writeTag(await a!.gateway(), { libraryId: fleet.libraryId, fields });
  const has = async (device: typeof a) => (await fleet.dump(device!)).some((line) => line.includes(id));
  await until('C has it', () => has(c));
  await a!.stop();
  await b!.start();
  await until('B has it', () => has(b));
  await a!.start();
  await fleet.converged();
});
