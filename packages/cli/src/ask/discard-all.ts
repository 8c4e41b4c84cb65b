import type { GatewayClient } from '@shoal/client';
import { limits } from '@shoal/core';
import { listQuarantine } from './list-quarantine.ts';

/** Discards for good what waits now; what comes meanwhile was not meant. Throws as the gateway does. */
export async function discardAll(
  gateway: Pick<GatewayClient, 'listQuarantine' | 'discardQuarantine'>,
  libraryId: Buffer,
): Promise<{ readonly discarded: number; readonly waiting: number }> {
  const ids: number[] = [];
  for await (const { id } of listQuarantine(gateway, { libraryId, model: '' }, limits.quarantineEntriesMax))
    ids.push(id);
  let done = { discarded: 0, waiting: 0 };
  for (let at = 0; at < ids.length; at += limits.pageRecordsMax) {
    const quarantineIds = ids.slice(at, at + limits.pageRecordsMax);
    const { discarded, waiting } = await gateway.discardQuarantine({ libraryId, quarantineIds });
    done = { discarded: done.discarded + discarded, waiting };
  }
  return done;
}
