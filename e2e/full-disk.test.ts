import { readFileSync, statfsSync } from 'node:fs';
import { ShoalError } from '@shoal/core';
import { serviceNames } from '@shoal/service-kit';
import { type DeviceProcess, type Fleet, processesNaming, startFleet, until } from '@shoal/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLedgerWorld } from './ledger-world.ts';
import { canMount, type Mounted, mountAt } from './testing/mounted.ts';
import { writeTag } from './write-tag.ts';

/**
 * The hazard: the disk of a home is full. What was acknowledged must be there, what could not be written must say why,
 * and nobody may have to start anything when there is room again. The method: the home lies on a file system of its own,
 * which shrinks to what is on it while both devices write, and grows again; a service dies meanwhile.
 */
let fleet: Fleet;
let disk: Mounted | undefined;

beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(async () => {
  if (disk !== undefined) await fleet.devices[0]?.stop();
  disk?.unmount();
  await fleet?.close();
});

const roomy = 512 * 1024 * 1024;

test.skipIf(!canMount)(
  'a full disk is told, stops no service, and loses nothing; with room all goes on by itself',
  { timeout: 300_000 },
  async () => {
    const [a] = fleet.devices as [DeviceProcess, DeviceProcess];
    const { dir, serviceLog } = a.home.paths;
    const { libraryId } = fleet;
    await a.stop();
    disk = await mountAt(dir, roomy);
    await a.start();
    const world = await openLedgerWorld(fleet, libraryId);
    const pids = () => Promise.all([...serviceNames, 'nats' as const].map((name) => a.pidOf(name)));
    const before = await pids();
    const write = async (name: string) =>
      writeTag(await a.gateway(), { libraryId, fields: { canonical_name: name }, timeoutMs: 2_000 });
    const untilRefused = () =>
      until('a write is refused for want of room', async () => {
        const failure = await write('too much').catch((error: unknown) => error);
        return failure instanceof ShoalError && failure.code === 'disk-full' ? failure : undefined;
      });

    await world.underTraffic(async ([traffic]) => {
      const made = traffic!.made();
      await until('it writes', () => traffic!.made() > made + 3);
      disk!.resize(usedOf(dir) + 256 * 1024);
      expect((await untilRefused()).message).toMatch(/library\.db cannot grow: make room/);
      const told = await until('the status says why', async () => {
        const { problems } = await (await a.gateway()).getStatus({ libraryId });
        return problems.find(({ code }) => code === 'disk-full');
      });
      expect(told.message).toContain(dir);
      expect(await pids()).toEqual(before);

      process.kill(before[serviceNames.indexOf('capture')]!, 'SIGKILL');
      await until('its end is told', () =>
        a.supervisor().output().stderr.includes('capture ended (SIGKILL)'),
      );
      await until('it was started again, and cannot say that it is ready', () =>
        processesNaming(dir).some(
          ({ pid, commandLine }) => commandLine.includes('/capture/') && !before.includes(pid),
        ),
      );
      disk!.resize(roomy);
      await until('it is written again', () => write('again').catch(() => undefined));
    });
    await world.untilWhole();
    for (const name of serviceNames) {
      const lines = readFileSync(serviceLog(name), 'utf8').split('\n');
      const told = lines.filter((line) => line.includes('cannot grow'));
      // For each thing that it could not do, and not for each try; capture is there twice.
      expect(told.length).toBeLessThanOrEqual(8);
    }
  },
);

function usedOf(folder: string): number {
  const { blocks, bfree, bsize } = statfsSync(folder);
  return (blocks - bfree) * bsize;
}
