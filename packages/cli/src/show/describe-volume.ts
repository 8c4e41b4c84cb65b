import type { ListedVolume } from '../ask/volumes.ts';

/** A volume in one line: who holds it, how large it is, and where it is mounted here. */
export function describeVolume(volume: ListedVolume): string {
  const { id, name, holder, holderName, totalCapacity, mountPoint } = volume;
  const heldBy = holder === null ? 'held by nobody' : `held by ${holderName ?? holder}`;
  const where = mountPoint === null ? 'not mounted here' : `mounted at ${mountPoint}`;
  return `${id}  ${name}  ${heldBy}  ${gigabytes(totalCapacity)}  ${where}`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
