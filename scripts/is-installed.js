// Exits 0 when what package-lock.json asks for is what the last finished install left behind, else 1.
// Plain JavaScript: it runs before the project's own Node is there.
import { existsSync, readFileSync } from 'node:fs';

const root = new URL('..', import.meta.url);
const installed = new URL('node_modules/.package-lock.json', root);

process.exitCode = isCurrent() ? 0 : 1;

function isCurrent() {
  // npm writes this file last, so a killed install leaves none.
  if (!existsSync(installed)) return false;
  const wanted = packagesOf(new URL('package-lock.json', root));
  const present = packagesOf(installed);
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || !path.includes('node_modules/')) return true;
    // Optional packages of other platforms are in the lock file and not on the disk.
    const found = present[path];
    if (found === undefined) return entry.optional === true || entry.devOptional === true;
    return found.version === entry.version && found.link === entry.link;
  });
}

function packagesOf(url) {
  return JSON.parse(readFileSync(url, 'utf8')).packages;
}
