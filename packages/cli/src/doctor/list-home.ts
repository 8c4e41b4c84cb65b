import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A file or folder of a home. */
export interface HomeEntry {
  readonly path: string;
  /** Rights alone. */
  readonly mode: number;
  readonly uid: number;
  readonly isFolder: boolean;
}

/** More is no home of ours. */
const entriesMax = 10_000;
/** Made by nats-server and by writers who wait for their turn, with nothing in them. */
const harmless = /(\.ports|-turn)$/;

/** The folder of a device and all that is in it, itself first; symbolic links are left out. */
export async function listHome(dir: string): Promise<readonly HomeEntry[]> {
  const entries: HomeEntry[] = [];
  const folders = [dir];
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    const names = await readdir(folder);
    const paths =
      folder === dir
        ? [dir, ...names.map((name) => join(dir, name))]
        : names.map((name) => join(folder, name));
    for (const path of paths) {
      const stats = await lstat(path).catch(() => undefined);
      // It may have gone since.
      if (stats === undefined || stats.isSymbolicLink() || harmless.test(path)) continue;
      const isFolder = stats.isDirectory();
      entries.push({ path, mode: stats.mode & 0o7777, uid: stats.uid, isFolder });
      if (isFolder && path !== dir) folders.push(path);
      if (entries.length >= entriesMax) return entries;
    }
  }
  return entries;
}
