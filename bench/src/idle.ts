import { setTimeout as delay } from 'node:timers/promises';
import { serviceNames } from '@shoal/service-kit';
import { type DeviceProcess, processesNaming, startFleet } from '@shoal/testkit';
import { firstFleetLibrary, openEmbedded } from './fleet-library.ts';
import { cpuSeconds } from './process-cpu.ts';
import { makeTags, tagWrites } from './rows.ts';
import type { Scenario } from './scenario.ts';
import { rounded } from './statistics.ts';
import { watchRows } from './watch-file.ts';

const rows = 10_000;
/** How long what was written last is given to settle, and how long is looked. */
const settleMs = 15_000;
const idleMs = 60_000;

/**
 * What two devices that have 10,000 records, and their hub, take of a core while nobody writes: over a minute, in per
 * cent of one core, the greater of both devices with all of its processes.
 */
export const idle: Scenario = {
  name: 'idle',
  async run({ note }) {
    const fleet = await startFleet();
    try {
      const { places } = await firstFleetLibrary(fleet);
      const writer = await openEmbedded(fleet.devices[0]!, places[0]!);
      for (const batch of tagWrites(makeTags(rows))) await writer.library.write(batch);
      const shown = watchRows(places[1]!.paths.libraryDb, 'tags');
      await shown.reached(rows);
      shown.close();
      await writer.close();
      await delay(settleMs);
      const groups = await Promise.all(fleet.devices.map(pidsOf));
      const hub = new Map(
        processesNaming(`${fleet.folder.path}/hub`)
          .filter(({ pid }) => !groups.some((group) => [...group.values()].includes(pid)))
          .map(({ pid }) => [`hub ${pid}`, pid] as const),
      );
      const all = [...groups, hub];
      const before = all.map(secondsOf);
      const startedMs = performance.now();
      await delay(idleMs);
      const ms = performance.now() - startedMs;
      const percents = all.map((group, index) => percentsSince(before[index]!, secondsOf(group), ms));
      note(`${this.name}: ${rounded(ms)} ms were looked at`);
      const sums = percents.map((byName) => Object.values(byName).reduce((sum, value) => sum + value, 0));
      const [a = 0, b = 0, ofHub = 0] = sums;
      return {
        name: this.name,
        percent: rounded(Math.max(a, b)),
        hubPercent: rounded(ofHub),
        byProcess: percents[a > b ? 0 : 1]!,
      };
    } finally {
      await fleet.close();
    }
  },
};

type Pids = ReadonlyMap<string, number>;

async function pidsOf(device: DeviceProcess): Promise<Pids> {
  const programs = [...serviceNames, 'nats'] as const;
  const pids = await Promise.all(programs.map(async (name) => [name, await device.pidOf(name)] as const));
  return new Map<string, number>([...pids, ['supervisor', device.supervisor().pid]]);
}

function secondsOf(pids: Pids): Map<string, number> {
  return new Map([...pids].map(([name, pid]) => [name, cpuSeconds(pid)]));
}

function percentsSince(before: Map<string, number>, after: Map<string, number>, ms: number) {
  const percents = [...after].map(([name, seconds]) => {
    const used = seconds - before.get(name)!;
    return [name, rounded((used / (ms / 1_000)) * 100)] as const;
  });
  return Object.fromEntries(percents);
}
