import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Where Node keeps what it compiled, so that services start in half the time: beside the code, which whoever may
 * write there may change anyway. Node does without where the folder cannot be written.
 */
export function compileCacheFolder(): string {
  const core = dirname(fileURLToPath(import.meta.resolve('@shoal/core')));
  return join(core, '..', '..', '..', 'node_modules', '.cache', 'shoal-compile');
}
