import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Where Node keeps what it compiled, so that services start in half the time: beside the code, which whoever may
 * write there may change anyway. Node does without where the folder cannot be written.
 */
export function compileCacheFolder(): string {
  return compileCacheBeside(dirname(fileURLToPath(import.meta.resolve('@shoal/core'))));
}

/** The same for code in that folder: `src` of a package of the repository, or of one that somebody installed. */
export function compileCacheBeside(source: string): string {
  const installed = source.lastIndexOf(`${sep}node_modules${sep}`);
  const root = installed === -1 ? join(source, '..', '..', '..') : source.slice(0, installed);
  return join(root, 'node_modules', '.cache', 'shoal-compile');
}
