import { chmodSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { limits, ShoalError } from '@shoal/core';

const suffixes = ['', '-wal', '-shm'];

/**
 * Renames a damaged sync.db, with what SQLite keeps beside it, so that a new one can begin (LOG-1); readable for its owner
 * only, like the file that it was. The newest `damagedLogsMax` are kept for who wants to look at them. Answers the new
 * path. Throws `storage-failed`.
 */
export function setAsideFile(path: string, wallMs: number): string {
  const stamp = new Date(wallMs).toISOString().replaceAll(/[-:.]/g, '');
  const aside = `${path}.damaged-${stamp}`;
  try {
    for (const suffix of suffixes) {
      if (!existsSync(path + suffix)) continue;
      renameSync(path + suffix, aside + suffix);
      chmodSync(aside + suffix, 0o600);
    }
    forgetOldest(path);
    return aside;
  } catch (error) {
    throw new ShoalError('storage-failed', `${path} could not be set aside`, {}, error);
  }
}

function forgetOldest(path: string): void {
  const [folder, prefix] = [dirname(path), `${basename(path)}.damaged-`];
  const kept = readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && !name.endsWith('-wal') && !name.endsWith('-shm'))
    .sort();
  for (const name of kept.slice(0, -limits.damagedLogsMax)) {
    for (const suffix of suffixes) rmSync(join(folder, name + suffix), { force: true });
  }
}
