import ignore from 'ignore';
import { type BytePath, bytePath, displayPath, isWithin, pathBelow, rootPath } from './byte-path.ts';
import { defaultIgnores } from './default-ignores.ts';

/** What a location says of what is no entry. */
export interface IgnoreSettings {
  /** Whether the default list holds; it comes before the patterns. */
  readonly isDefault: boolean;
  /** As in `.gitignore`, relative to the root: the last one that matches decides. */
  readonly patterns: readonly string[];
}

/** Answers whether something below the root is left out. Folders that are left out are never entered. */
export interface IgnoreRules {
  isIgnored(path: BytePath, isDirectory: boolean): boolean;
}

/** Paths whose answers the matcher keeps before it is made anew: it forgets none by itself. */
const answersMax = 10_000;

/**
 * The rules of one location: the engine's homes (absolute paths), then the default list, then the location's patterns,
 * upper and lower case distinct. As with git, nothing comes back below a folder that is left out. Names that are not
 * UTF-8 are matched in their escaped form.
 */
export function ignoreRules(root: BytePath, settings: IgnoreSettings, homes: readonly string[]): IgnoreRules {
  const patterns = [...(settings.isDefault ? defaultIgnores : []), ...settings.patterns];
  const homesBelow = homes.flatMap((home) => pathBelow(root, bytePath(home)) ?? []);
  const newMatcher = () => ignore({ ignorecase: false }).add(patterns);
  let matcher = newMatcher();
  let answers = 0;
  return {
    isIgnored(path, isDirectory) {
      if (path === rootPath) return false;
      if (homesBelow.some((home) => isWithin(home, path))) return true;
      answers += 1;
      if (answers > answersMax) {
        matcher = newMatcher();
        answers = 0;
      }
      const text = displayPath(path);
      return matcher.ignores(isDirectory ? `${text}/` : text);
    },
  };
}
