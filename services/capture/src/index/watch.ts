import { lstatSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { type BytePath, bytePath, onDisk, rootPath } from './byte-path.ts';
import type { DirtyFolder } from './dirty-folders.ts';
import type { IgnoreRules } from './ignore-rules.ts';

/** A running watch of one folder and all below it. */
export interface FolderWatch {
  /** Resolves when every folder is watched; what happens before may pass without a hint. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

/** Starts to watch; `onError` tells that from now on hints may be missing. */
export type WatchFolder = (options: {
  readonly root: BytePath;
  readonly rules: IgnoreRules;
  readonly onHint: (folder: DirtyFolder) => void;
  readonly onError: (error: unknown) => void;
}) => Promise<FolderWatch>;

/**
 * Live hints by chokidar: which folder to compare, never what happened there. Only folders are given to
 * it, one watch each: the raw events of a folder tell of its files too, and files by the hundred thousand
 * need no state of their own. Links are not followed.
 */
export const watchFolder: WatchFolder = async ({ root, rules, onHint, onError }) => {
  const top = await realpath(onDisk(root, rootPath).toString('utf8'));
  const within = (path: string): BytePath => bytePath(relative(top, path));
  const watcher = watch(top, {
    followSymlinks: false,
    ignoreInitial: true,
    ignorePermissionErrors: true,
    atomic: false,
    ignored: (path, stats) => {
      if (path === top) return false;
      if (stats !== undefined && !stats.isDirectory()) return true;
      return rules.isIgnored(within(path), stats !== undefined);
    },
  });
  const hint = (path: string, isDeep: boolean) => {
    const folder = within(path);
    if (folder === '..' || folder.startsWith('../')) return;
    if (!rules.isIgnored(folder, true)) onHint({ path: folder, isDeep });
  };
  onRaw(watcher, (event, folder, name) => {
    if (name === null) return hint(folder, true);
    const path = join(folder, name);
    if (rules.isIgnored(within(path), false)) return;
    hint(dirname(path), false);
    // A folder that came, or changed places with another: hints from inside of it name its old place.
    if (event === 'rename' && isFolder(path)) hint(path, true);
  });
  watcher.on('addDir', (path) => {
    if (path !== top) hint(dirname(path), false);
    hint(path, true);
  });
  watcher.on('unlinkDir', (path) => hint(path === top ? path : dirname(path), false));
  watcher.on('error', onError);
  const ready = new Promise<void>((resolve) => watcher.once('ready', () => resolve()));
  return { ready, close: () => watcher.close() };
};

function isFolder(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch (error) {
    // Whatever cannot be looked at is found, or counted, by the comparison of the folder above.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return false;
  }
}

/** chokidar's raw events as (event, watched folder, path in it or null for the folder as a whole). */
function onRaw(
  watcher: FSWatcher,
  listener: (event: string, folder: string, name: string | null) => void,
): void {
  watcher.on('raw', (event: string, name: unknown, details: unknown) => {
    const folder = (details as { readonly watchedPath?: unknown }).watchedPath;
    if (typeof folder !== 'string') return;
    listener(event, folder, typeof name === 'string' && name !== '' ? name : null);
  });
}
