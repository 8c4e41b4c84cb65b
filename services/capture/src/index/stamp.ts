import type { BigIntStats } from 'node:fs';
import type { EntryKind } from './entry-store.ts';

/**
 * What tells without reading whether something on disk is what it was:
 * `dev:ino:birthNs:size:mtimeNs:nlink`; the last three are 0 for directories, whose own are noise.
 */
export function stampOf(kind: EntryKind, stats: BigIntStats): string {
  const id = `${stats.dev}:${stats.ino}:${stats.birthtimeNs}`;
  return kind === 'directory' ? `${id}:0:0:0` : `${id}:${stats.size}:${stats.mtimeNs}:${stats.nlink}`;
}

/**
 * Names a file whatever it is called: `dev:ino:birthNs`. The birth keeps a new file that was given the
 * inode of a deleted one (ext4 does so at once) from passing for it.
 */
export function fileIdOf(stamp: string | null): string | null {
  return stamp === null ? null : stamp.split(':', 3).join(':');
}

/** A file's name of `fileIdOf` without the device number, which is another one after a restart for some disks. */
export function withoutDevice(stamp: string | null): string | null {
  return stamp === null ? null : stamp.split(':', 3).slice(1).join(':');
}

/** Whether the file system told when the file was born; without that an inode number says little about a root. */
export function isNamedByBirth(stamp: string): boolean {
  return stamp.split(':', 3)[2] !== '0';
}

/**
 * Whether two stamps promise the same content: inode, birth, size and time of modification. The device
 * number may differ (it does after a restart, for some disks), and so may the number of links.
 */
export function isSameContent(left: string | null, right: string | null): boolean {
  return left !== null && right !== null && contentPart(left) === contentPart(right);
}

/** How many names the file had, hard links counted; 0 for directories. */
export function linksOf(stamp: string): number {
  return Number(stamp.slice(stamp.lastIndexOf(':') + 1));
}

function contentPart(stamp: string): string {
  return stamp.split(':').slice(1, 5).join(':');
}
