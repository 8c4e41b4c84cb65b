import { readdirSync, statSync } from 'node:fs';
import { isUuid } from '@shoal/core';
import type { HomePaths } from './home-paths.ts';

/** A folder may change twice within one tick of its clock: what changed so lately is looked at again, in ms. */
const freshMs = 1_000;
/** Looked at anyway this often, in ms, whatever the clock of the disk says. */
const anywayMs = 30_000;

/**
 * Answers, each time it is asked, whether the libraries of a home may have changed since it was asked before: one came
 * or went, or a file of one came, went or was replaced, as all of ours are. Two calls of the system for a library, and
 * none of them through the thread pool: this is asked for ever, by processes that have nothing else to do.
 */
export function librariesChange(paths: HomePaths, wallMs: () => number = Date.now): () => boolean {
  let seen = '';
  let seenMs = Number.NEGATIVE_INFINITY;
  const dirById = new Map<string, string>();
  return () => {
    const nowMs = wallMs();
    const { text, newestMs } = lookAt(paths, dirById);
    const isSame = text === seen && Math.abs(nowMs - seenMs) < anywayMs && newestMs < seenMs - freshMs;
    if (!isSame) {
      seen = text;
      seenMs = nowMs;
    }
    return !isSame;
  };
}

/** What cannot be read is new each time: whoever looks closer finds out why. */
function lookAt(
  paths: HomePaths,
  dirById: Map<string, string>,
): { readonly text: string; readonly newestMs: number } {
  try {
    const folders = [paths.libraries, ...readdirSync(paths.libraries).filter(isUuid).map(dirOf)];
    const changedMs = folders.map((folder) => statSync(folder).mtimeMs);
    return {
      text: folders.map((folder, at) => `${folder} ${changedMs[at]}`).join(),
      newestMs: Math.max(...changedMs),
    };
  } catch {
    return { text: '', newestMs: Number.POSITIVE_INFINITY };
  }

  function dirOf(id: string): string {
    const known = dirById.get(id);
    if (known !== undefined) return known;
    const { dir } = paths.library(id as never);
    dirById.set(id, dir);
    return dir;
  }
}
