import { readdir, readFile, realpath, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { type Mount, parseMounts } from './mount-table.ts';

/** What the system tells of disks; another one in tests. */
export interface Disks {
  /** Empty where the system has no such table. */
  mounts(): Promise<readonly Mount[]>;
  /** The UUID of the file system on a block device; null where it has none, or nothing tells it. */
  uuidOf(source: string): Promise<string | null>;
  /** Whether the system says that a block device can be unplugged. */
  isRemovable(mount: Mount): Promise<boolean>;
  /** Bytes; null where nobody tells. */
  space(mountPoint: string): Promise<{ readonly total: number; readonly available: number } | null>;
}

const byUuid = '/dev/disk/by-uuid';

/** The disks of a Linux system; elsewhere nothing is mounted as far as this tells. */
export const linuxDisks: Disks = {
  mounts: async () => parseMounts(await orElse('', () => readFile('/proc/self/mountinfo', 'utf8'))),
  async uuidOf(source) {
    if (!source.startsWith('/dev/')) return null;
    const wanted = await orElse(source, () => realpath(source));
    for (const uuid of await orElse([], () => readdir(byUuid))) {
      if ((await orElse('', () => realpath(join(byUuid, uuid)))) === wanted) return uuid;
    }
    return null;
  },
  async isRemovable({ device }) {
    const folder = await orElse('', () => realpath(`/sys/dev/block/${device}`));
    if (folder === '') return false;
    if (/\/(usb\d|mmc_host\/)/.test(folder)) return true;
    // Of a partition its disk says it.
    const said = [join(folder, 'removable'), join(folder, '..', 'removable')];
    const flags = await Promise.all(said.map((path) => orElse('', () => readFile(path, 'utf8'))));
    return flags.some((flag) => flag.trim() === '1');
  },
  space: (mountPoint) =>
    orElse(null, async () => {
      const { blocks, bavail, bsize } = await statfs(mountPoint);
      return { total: blocks * bsize, available: bavail * bsize };
    }),
};

/** What is not there, or not ours to read, tells nothing. */
async function orElse<T>(otherwise: T, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return otherwise;
  }
}
