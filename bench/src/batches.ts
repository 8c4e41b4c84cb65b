import { fromJson, type GatewayClient, MutationKind, uuidToBytes } from '@shoal/client';
import { type Fleet, startFleet } from '@shoal/testkit';
import { type FleetLibrary, newFleetLibrary } from './fleet-library.ts';
import { inTransactions, makeTags, type TagRow } from './rows.ts';
import type { Scenario } from './scenario.ts';
import { quantile, rounded, summarize } from './statistics.ts';
import { watchRows } from './watch-file.ts';
import { watchPeer } from './watch-peer.ts';

const sizes = [100, 1_000, 10_000] as const;
const singles = 200;

/**
 * Records by the gateway of A until they are visible on B: 100, 1,000 and 10,000 in calls of 1,000 at most, against
 * single calls one after the other; and what a single call takes by itself, and until its record is visible on B.
 */
export const batches: Scenario = {
  name: 'batches',
  async run({ pairs, note }) {
    const fleet = await startFleet();
    try {
      const bySize = new Map<number, number[]>(sizes.map((size) => [size, []]));
      const eachMs: number[] = [];
      const callMs: number[] = [];
      const shownMs: number[] = [];
      for (let pair = 0; pair <= pairs; pair++) {
        const isCounted = pair > 0;
        const library = await newFleetLibrary(fleet, fleet.devices);
        for (const size of sizes) {
          const ms = await callsMs(fleet, library, inTransactions(makeTags(size)));
          if (isCounted) bySize.get(size)!.push(ms);
        }
        const ms = await callsMs(
          fleet,
          library,
          makeTags(singles).map((tag) => [tag]),
        );
        if (isCounted) eachMs.push(ms / singles);
        await oneByOne(fleet, library, (call, shown) => {
          if (!isCounted) return;
          callMs.push(call);
          shownMs.push(shown);
        });
        note(
          `${this.name} ${isCounted ? `${pair} of ${pairs}` : 'warm-up'}: ${rounded(ms / singles)} ms a call`,
        );
      }
      const medianOf = (size: number) => summarize(bySize.get(size)!).median;
      const each = summarize(eachMs).median;
      return {
        name: this.name,
        ms: Object.fromEntries(sizes.map((size) => [size, rounded(medianOf(size))])),
        timesFaster: Object.fromEntries(sizes.map((size) => [size, rounded(each / (medianOf(size) / size))])),
        singleMs: rounded(each),
        callP95Ms: rounded(quantile(callMs, 0.95)),
        shownP95Ms: rounded(quantile(shownMs, 0.95)),
        pairs,
      };
    } finally {
      await fleet.close();
    }
  },
};

/** From the first call until all are visible on B, in ms. */
async function callsMs(fleet: Fleet, { places }: FleetLibrary, calls: readonly TagRow[][]): Promise<number> {
  const gateway = await fleet.devices[0]!.gateway();
  const libraryId = uuidToBytes(places[0]!.libraryId);
  const shown = watchRows(places[1]!.paths.libraryDb, 'tags');
  const before = shown.now();
  const count = calls.reduce((sum, tags) => sum + tags.length, 0);
  const startedMs = performance.now();
  for (const tags of calls) await gateway.write({ libraryId, mutations: tags.map(mutationOf) });
  const ms = (await shown.reached(before + count)) - startedMs;
  shown.close();
  return ms;
}

async function oneByOne(
  fleet: Fleet,
  { places }: FleetLibrary,
  tell: (callMs: number, shownMs: number) => void,
): Promise<void> {
  const gateway: GatewayClient = await fleet.devices[0]!.gateway();
  const libraryId = uuidToBytes(places[0]!.libraryId);
  const watched = await watchPeer(fleet.devices[1]!, places[1]!);
  for (const tag of makeTags(singles)) {
    const shown = watched.shown(tag.id);
    const startedMs = performance.now();
    await gateway.write({ libraryId, mutations: [mutationOf(tag)] });
    const calledMs = performance.now();
    tell(calledMs - startedMs, (await shown) - startedMs);
  }
  await watched.close();
}

function mutationOf({ id, fields }: TagRow) {
  return {
    kind: MutationKind.MUTATION_KIND_PUT,
    model: 'tag',
    recordId: uuidToBytes(id),
    fields: fromJson(Object.fromEntries(fields)),
    seen: [],
  };
}
