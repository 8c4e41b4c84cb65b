import { crc32 } from 'node:zlib';

/** What of an entry's row its checksum is over: all that never changes. */
export interface ChecksummedRow {
  readonly streamId: number;
  readonly originSeq: number;
  readonly groupFirst: number;
  readonly groupLast: number;
  readonly predecessor: Uint8Array | null;
  readonly model: string;
  readonly recordId: Uint8Array;
  readonly isHistory: number;
  readonly header: Uint8Array;
  readonly sealed: Uint8Array;
  readonly signature: Uint8Array;
}

const none = new Uint8Array(0);

/**
 * CRC-32 of an entry as it is stored: finds what a disk damaged (LOG-1), at half a microsecond; not what somebody forged,
 * which the seal finds (CHG-4).
 */
export function entryChecksum(row: ChecksummedRow): number {
  const parts = [row.predecessor ?? none, row.recordId, row.header, row.sealed, row.signature];
  const lengths = parts.map((part) => part.length).join(' ');
  const { streamId, originSeq, groupFirst, groupLast, model, isHistory } = row;
  let sum = crc32(`${streamId} ${originSeq} ${groupFirst} ${groupLast} ${isHistory} ${model} ${lengths}`);
  for (const part of parts) sum = crc32(part, sum);
  return sum;
}

/** Whether a row is what was stored: damage may have changed the types of its columns, too. */
export function isIntactRow(row: ChecksummedRow & { readonly checksum: number }): boolean {
  const blobs = [row.recordId, row.header, row.sealed, row.signature];
  if (!blobs.every((blob) => blob instanceof Uint8Array)) return false;
  if (row.predecessor !== null && !(row.predecessor instanceof Uint8Array)) return false;
  return entryChecksum(row) === row.checksum;
}
