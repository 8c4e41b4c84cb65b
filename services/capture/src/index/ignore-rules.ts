import ignore from 'ignore';
import { type BytePath, bytePath, displayPath, isWithin, onDisk, rootPath } from './byte-path.ts';

/** What no location indexes unless a pattern of its own brings it back (`!Thumbs.db`). */
export const defaultIgnores: readonly string[] = [
  '.DS_Store',
  '.Spotlight-V100/',
  '.Trashes/',
  '.fseventsd/',
  '.Trash-*/',
  'lost+found/',
  'Thumbs.db',
  'desktop.ini',
  '$RECYCLE.BIN/',
  'System Volume Information/',
];

/** Answers whether something below the root is left out. Folders that are left out are never entered. */
export interface IgnoreRules {
  isIgnored(path: BytePath, isDirectory: boolean): boolean;
}

/**
 * The rules of one location: the engine's homes (absolute paths), the default list, then the location's
 * `patterns` in the syntax of `.gitignore`, relative to the root, upper and lower case distinct. Names
 * that are not UTF-8 are matched in their escaped form.
 */
export function ignoreRules(
  root: BytePath,
  patterns: readonly string[],
  homes: readonly string[],
): IgnoreRules {
  const matcher = ignore({ ignorecase: false })
    .add([...defaultIgnores])
    .add([...patterns]);
  const homePaths = homes.map(bytePath);
  return {
    isIgnored(path, isDirectory) {
      if (path === rootPath) return false;
      if (homePaths.length > 0) {
        const absolute = bytePath(onDisk(root, path));
        if (homePaths.some((home) => isWithin(home, absolute))) return true;
      }
      const text = displayPath(path);
      return matcher.ignores(isDirectory ? `${text}/` : text);
    },
  };
}
