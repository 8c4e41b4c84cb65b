import { crc32 } from 'node:zlib';

/** What of an entry's row its checksum is over: what came. The columns that are told from the header only find it. */
export interface ChecksummedRow {
  readonly streamId: number;
  readonly originSeq: number;
  readonly groupFirst: number;
  readonly groupLast: number;
  readonly predecessor: Uint8Array | null;
  readonly header: Uint8Array;
  readonly sealed: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * CRC-32 of an entry as it is stored: finds what a disk damaged (LOG-1), at about a microsecond; not what somebody forged,
 * which the seal finds (CHG-4).
 */
export function entryChecksum(row: ChecksummedRow): number {
  const { streamId, originSeq, groupFirst, groupLast, predecessor } = row;
  const { header, sealed, signature } = row;
  let sum = crc32(`${streamId} ${originSeq} ${groupFirst} ${groupLast} ${header.length} ${sealed.length}`);
  if (predecessor !== null) sum = crc32(predecessor, sum);
  sum = crc32(header, sum);
  sum = crc32(sealed, sum);
  return signature.length === 0 ? sum : crc32(signature, sum);
}

/** Whether a row is what was stored: damage may have changed the types of its columns, too. */
export function isIntactRow(row: ChecksummedRow & { readonly checksum: number }): boolean {
  const { predecessor, header, sealed, signature } = row;
  const areBlobs = isBlob(header) && isBlob(sealed) && isBlob(signature);
  if (!areBlobs || !(predecessor === null || isBlob(predecessor))) return false;
  return entryChecksum(row) === row.checksum;
}

function isBlob(value: unknown): boolean {
  return value instanceof Uint8Array;
}
