import type { BigIntStats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { type BytePath, bytePath, childPath, onDisk } from './byte-path.ts';
import { type DiskEntry, diskEntry, type SkipReason } from './disk-entry.ts';
import type { IgnoreRules } from './ignore-rules.ts';

/** How often something was left out, by reason. */
export type SkipCounts = Partial<Record<SkipReason, number>>;

/** What is on disk in one folder, or why that cannot be told. */
export type FolderRead =
  | {
      readonly state: 'read';
      readonly entries: readonly DiskEntry[];
      /** Names that are there and whose kind cannot be told; nothing is concluded about them. */
      readonly unreadable: ReadonlySet<BytePath>;
      readonly skipped: SkipCounts;
    }
  | { readonly state: 'unreadable'; readonly code: string }
  | { readonly state: 'gone' };

/** Where and by which rules a location is read. `root` is absolute. */
export interface ScanContext {
  readonly root: BytePath;
  readonly rules: IgnoreRules;
  readonly statsMax: number;
}

/**
 * Lists one folder, without entering others and without following links. What vanishes meanwhile is left
 * out; sockets, devices, pipes, ignored and unreadable things are counted.
 */
export async function readFolder(context: ScanContext, path: BytePath): Promise<FolderRead> {
  let names: BytePath[];
  try {
    names = (await readdir(onDisk(context.root, path), { encoding: 'buffer' })).map(bytePath);
  } catch (error) {
    const code = errorCode(error);
    return isGone(code) ? { state: 'gone' } : { state: 'unreadable', code };
  }
  const entries: DiskEntry[] = [];
  const unreadable = new Set<BytePath>();
  const skipped: SkipCounts = {};
  for (let at = 0; at < names.length; at += context.statsMax) {
    const slice = names.slice(at, at + context.statsMax);
    const found = await Promise.all(slice.map((name) => readEntry(context, path, name)));
    for (const [index, entry] of found.entries()) {
      if (entry === null) continue;
      if (typeof entry === 'object') {
        entries.push(entry);
        continue;
      }
      skipped[entry] = (skipped[entry] ?? 0) + 1;
      if (entry === 'unreadable') unreadable.add(slice[index]!);
    }
  }
  return { state: 'read', entries, unreadable, skipped };
}

/**
 * One thing on disk: null where there is none. Rules do not apply to the root itself.
 */
export async function readEntry(
  context: ScanContext,
  folder: BytePath,
  name: BytePath,
): Promise<DiskEntry | SkipReason | null> {
  const path = childPath(folder, name);
  const stats = await statsOf(onDisk(context.root, path));
  if (stats === null || stats === 'unreadable') return stats;
  if (context.rules.isIgnored(path, stats.isDirectory())) return 'ignored';
  return diskEntry(name, stats);
}

/** `lstat`, with null for what is not there. */
export async function statsOf(path: Buffer): Promise<BigIntStats | 'unreadable' | null> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    return isGone(errorCode(error)) ? null : 'unreadable';
  }
}

function isGone(code: string): boolean {
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function errorCode(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === undefined) throw error;
  return code;
}
