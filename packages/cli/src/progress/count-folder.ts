import { opendir } from 'node:fs/promises';
import { join } from 'node:path';

/** A folder of more is not counted to the end: a bar would be of little help by then. */
const countMax = 5_000_000;

/**
 * How many files and folders lie in a folder, itself included, about as many as its index will have: what bears one of
 * the `ignored` names is passed by, links are not followed. Undefined where it cannot be told; what vanishes is not
 * counted. It gives way to others between folders, and ends early when aborted.
 */
export async function countFolder(
  folder: string,
  options: { readonly ignored: ReadonlySet<string>; readonly signal: AbortSignal },
): Promise<number | undefined> {
  const { ignored, signal } = options;
  let count = 1;
  const waiting = [folder];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (signal.aborted || count > countMax) return undefined;
    try {
      for await (const entry of await opendir(at)) {
        if (ignored.has(entry.name)) continue;
        count += 1;
        if (entry.isDirectory()) waiting.push(join(at, entry.name));
      }
    } catch {
      // Gone, or not for us to read: an estimate goes on without it.
      if (at === folder) return undefined;
    }
  }
  return count;
}

/** The names that patterns in the syntax of .gitignore leave out wherever they are; other patterns say nothing here. */
export function ignoredNames(patterns: readonly string[]): ReadonlySet<string> {
  const names = patterns
    .map((pattern) => pattern.replace(/\/$/, ''))
    .filter((name) => /^[^/*?[\]!\\#]+$/.test(name));
  return new Set(names);
}
