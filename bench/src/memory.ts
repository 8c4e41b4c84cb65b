import { execFileSync } from 'node:child_process';
import { serviceNames } from '@shoal/service-kit';
import { startFleet } from '@shoal/testkit';
import { newFleetLibrary, openEmbedded } from './fleet-library.ts';
import { makeTags, tagWrites } from './rows.ts';
import type { Scenario } from './scenario.ts';
import { rounded } from './statistics.ts';
import { watchRows } from './watch-file.ts';

const rows = 10_000;

/** What the services and the nats-server of a device hold in memory after 10,000 records arrived, each by itself. */
export const memory: Scenario = {
  name: 'memory',
  async run() {
    const fleet = await startFleet();
    try {
      const [a, b] = fleet.devices;
      const { places } = await newFleetLibrary(fleet, fleet.devices);
      const writer = await openEmbedded(a!, places[0]!);
      for (const batch of tagWrites(makeTags(rows))) await writer.library.write(batch);
      const shown = watchRows(places[1]!.paths.libraryDb, 'tags');
      await shown.reached(rows);
      shown.close();
      await writer.close();
      const byProcess: Record<string, number> = {};
      for (const name of [...serviceNames, 'nats'] as const) byProcess[name] = rssMb(await b!.pidOf(name));
      const rss = Object.values(byProcess).reduce((sum, mb) => sum + mb, 0);
      return { name: this.name, rssMb: rounded(rss), byProcess };
    } finally {
      await fleet.close();
    }
  },
};

function rssMb(pid: number): number {
  const kb = execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return rounded(Number(kb) / 1024);
}
