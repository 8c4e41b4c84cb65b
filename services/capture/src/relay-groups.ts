import { limits } from '@shoal/core';
import type { OutboxRow, Shipment } from '@shoal/library';

/** Cuts a shipment where it would be more than a page of the log holds; each part is a group (REP-8). */
export function relayGroups(shipment: Shipment): Shipment[] {
  const groups: Shipment[] = [];
  let entries: Shipment['entries'][number][] = [];
  let rows: OutboxRow[] = [];
  let bytes = 0;
  for (const [index, entry] of shipment.entries.entries()) {
    const size = entry.headerBytes.length + entry.sealed.length + entry.signature.length;
    if (bytes + size > limits.groupBytesMax && entries.length > 0) {
      groups.push({ entries, rows });
      entries = [];
      rows = [];
      bytes = 0;
    }
    entries.push(entry);
    rows.push(shipment.rows[index]!);
    bytes += size;
  }
  if (entries.length > 0) groups.push({ entries, rows });
  return groups;
}
