import { type GatewayClient, type JsonRecord, toJson } from '@shoal/client';
import { limits } from '@shoal/core';

export interface Listing {
  readonly libraryId: Buffer;
  readonly model: string;
  /** Only records behind this id. */
  readonly after?: Buffer;
  readonly countMax?: number;
}

/** The records of a model in order of their ids, page by page: a library need not fit into memory. */
export async function* listRecords(gateway: GatewayClient, listing: Listing): AsyncGenerator<JsonRecord> {
  const { libraryId, model, countMax = Number.MAX_SAFE_INTEGER } = listing;
  let after = listing.after ?? Buffer.alloc(0);
  let left = countMax;
  while (left > 0) {
    const limit = Math.min(left, limits.pageRecordsMax);
    const { records, next } = await gateway.listRecords({ libraryId, model, limit, after });
    for (const record of records) yield toJson(record);
    left -= records.length;
    if (next.length === 0) return;
    after = next;
  }
}
