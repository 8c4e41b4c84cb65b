import { followWork } from '../progress/follow-work.ts';
import { createProgressMeter, type Work } from '../progress/progress-meter.ts';
import { isIndexing, workOfLocation } from '../progress/work-left.ts';
import type { Output } from '../show/output.ts';
import type { Surroundings } from '../surroundings.ts';
import { folderTotals } from './folder-totals.ts';
import type { DeviceLibrary } from './with-device.ts';

export interface FollowIndexingOptions {
  readonly device: Pick<DeviceLibrary, 'gateway' | 'libraryId' | 'home'>;
  readonly locationId: Buffer;
  readonly output: Output;
  readonly surroundings: Pick<Surroundings, 'endAsked'>;
  /** Settles when the indexing is over; where it is not given, the location says so. */
  readonly until?: Promise<void>;
}

/**
 * Shows how far a location is indexed until it is. Ctrl-C ends that with `interrupted`, and the indexing goes on. Throws
 * what `until` rejects with.
 */
export async function followIndexing(options: FollowIndexingOptions): Promise<void> {
  const { device, locationId, output, surroundings, until } = options;
  const { gateway, libraryId, home } = device;
  const stopping = new AbortController();
  void surroundings.endAsked().then(() => stopping.abort());
  const counting = new AbortController();
  const totals = folderTotals(home.paths.dir, { libraryId, signal: counting.signal });
  const read = async (): Promise<readonly Work[]> => {
    const { capture } = await gateway.getStatus({ libraryId });
    const location = capture?.locations.find((it) => it.locationId.equals(locationId));
    if (location === undefined || !isIndexing(location.state)) return [];
    totals.count(location);
    return [workOfLocation(location, totals.byPath.get(location.path))];
  };
  try {
    await followWork({
      read,
      meter: createProgressMeter(output),
      signal: stopping.signal,
      ...(until === undefined ? {} : { over: until }),
    });
  } finally {
    counting.abort();
  }
}
