import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The root of the checkout, with a slash at its end. */
export const root = new URL('..', import.meta.url).pathname;

const skipped = new Set(['node_modules', 'gen', 'dist', 'coverage', '.git', '.turbo']);

/** Every file below `folder` (relative to the root) whose name passes `wanted`, as sorted relative paths. */
export function filesBelow(folder: string, wanted: (name: string) => boolean): readonly string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!skipped.has(entry.name)) found.push(...filesBelow(path, wanted));
    } else if (wanted(entry.name)) {
      found.push(path);
    }
  }
  return found.sort();
}

/** Whether a path names a test or something only tests use. */
export function isTestFile(path: string): boolean {
  return /\.test\.ts$|(^|\/)testing\/|-contract\.ts$/.test(path);
}
