import { type GatewayClient, type JsonQuarantined, quarantinedToJson } from '@shoal/client';
import { limits } from '@shoal/core';

/** The quarantine, page by page, in the order in which it came; at most `countMax` entries. */
export async function* listQuarantine(
  gateway: Pick<GatewayClient, 'listQuarantine'>,
  filter: { readonly libraryId: Buffer; readonly model: string },
  countMax: number,
): AsyncGenerator<JsonQuarantined> {
  let after = 0;
  for (let left = countMax; left > 0; ) {
    const limit = Math.min(left, limits.pageRecordsMax);
    const { entries, next } = await gateway.listQuarantine({ ...filter, limit, after });
    for (const entry of entries) yield quarantinedToJson(entry);
    left -= entries.length;
    if (next === 0) return;
    after = next;
  }
}
