import type { WatchConflictsRequest, WireConflict } from '@shoal/proto';
import type { GatewayLibrary } from './gateway-library.ts';
import { conflictToWire, stepConflicts } from './read-conflicts.ts';
import type { Watchers } from './watchers.ts';

/** Tells of conflicts as they open on this device, each once, the oldest first (MRG-8). Ends and throws as `watch`. */
export async function* watchConflicts(
  library: GatewayLibrary,
  watchers: Pick<Watchers, 'looks'>,
  { after }: Pick<WatchConflictsRequest, 'after'>,
  signal: AbortSignal,
): AsyncGenerator<WireConflict> {
  let told = after === 0 ? library.reader().conflicts.latestId() : after;
  for await (const _ of watchers.looks({ library, signal })) {
    for (let count = stepConflicts; count === stepConflicts; ) {
      const rows = library.reader().conflicts.openBehind(told, stepConflicts);
      for (const row of rows) {
        yield conflictToWire(row, library.registry);
        told = row.id;
      }
      count = rows.length;
    }
  }
}
