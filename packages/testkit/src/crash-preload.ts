import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DurableStep, onDurableStep } from '@shoal/telemetry';
import { crashFolderVariable, struckSuffix } from './crash-points.ts';

/**
 * Loaded into processes by `node --import`: kills this process, as `kill -9` does, at a step that a test has armed by
 * a file named for it. Whoever takes the file away dies; the next life goes on.
 */
const folder = process.env[crashFolderVariable];
const counts = new Map<DurableStep, number>();

if (folder !== undefined) {
  onDurableStep((step) => {
    const file = join(folder, step);
    const nth = readNumber(file);
    const count = (counts.get(step) ?? 0) + 1;
    if (nth === undefined) counts.delete(step);
    else counts.set(step, count);
    if (nth === undefined || count < nth || !take(file)) return;
    process.kill(process.pid, 'SIGKILL');
  });
}

function readNumber(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    // ENOENT: not armed.
    return undefined;
  }
}

/** Takes the file and leaves the pid of who dies; another process may have been quicker. */
function take(file: string): boolean {
  const taken = `${file}.${process.pid}`;
  try {
    renameSync(file, taken);
    writeFileSync(taken, `${process.pid}`);
    renameSync(taken, `${file}${struckSuffix}`);
    return true;
  } catch {
    return false;
  }
}
