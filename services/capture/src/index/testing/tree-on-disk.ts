import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { type BytePath, bytePath, childPath, onDisk, rootPath } from '../byte-path.ts';
import type { StoredEntry } from './memory-entry-store.ts';

/** What an index of a folder holds, without keys: one line per entry, sorted. */
export type TreeLines = readonly string[];

/** The truth, by a walk of its own. */
export function treeOnDisk(root: string): TreeLines {
  const lines: string[] = [];
  const visit = (path: BytePath) => {
    const full = onDisk(bytePath(root), path);
    const stats = lstatSync(full, { bigint: true });
    const mtimeMs = Number(stats.mtimeNs / 1_000_000n);
    if (stats.isDirectory()) {
      lines.push(line(path, 'directory', 0, mtimeMs, null));
      for (const name of readdirSync(full, { encoding: 'buffer' })) visit(childPath(path, bytePath(name)));
    } else if (stats.isSymbolicLink()) {
      lines.push(line(path, 'symlink', Number(stats.size), mtimeMs, null));
    } else if (stats.isFile()) {
      const hash = stats.size === 0n ? null : createHash('sha256').update(readFileSync(full)).digest('hex');
      lines.push(line(path, 'file', Number(stats.size), mtimeMs, hash));
    }
  };
  visit(rootPath);
  return lines.toSorted();
}

/** The same of what a store holds; `keysByPath` as the store tells it. */
export function treeInStore(
  entries: ReadonlyMap<number, StoredEntry>,
  keysByPath: ReadonlyMap<string, number>,
): TreeLines {
  return [...keysByPath]
    .map(([path, key]) => {
      const entry = entries.get(key)!;
      return line(path, entry.kind, entry.size, entry.modifiedAt, entry.contentHash);
    })
    .toSorted();
}

function line(path: string, kind: string, size: number, modifiedAt: number, hash: string | null): string {
  return [path, kind, size, modifiedAt, hash ?? '-'].join(' | ');
}
