import { type BytePath, entryName } from './byte-path.ts';
import type { DiskEntry } from './disk-entry.ts';
import type { EntryChange, KnownEntry } from './entry-store.ts';
import type { FolderMatch, Pair } from './match-folder.ts';
import { extensionOf } from './mime.ts';
import { isSameContent } from './stamp.ts';

/** A change, and what has to be read before it is complete. */
export interface Step {
  readonly change: EntryChange;
  /** What it is about is called this on disk. */
  readonly name: BytePath;
  /** The file whose content is to be identified first; null where the change is complete as it is. */
  readonly identify: DiskEntry | null;
  /** Whether the change says anything without the content. */
  readonly isNews: boolean;
}

/** A folder whose own entries may have changed with this one's. `key` may be a negative ref. */
export interface Descent {
  readonly disk: DiskEntry;
  readonly key: number;
}

/** What the comparison of one folder says. `missing` is decided later: it may turn up elsewhere. */
export interface FolderPlan {
  readonly steps: readonly Step[];
  /** Folders that are new here: whatever is in them is unseen. */
  readonly unseen: readonly Descent[];
  /** Folders that were here before under this name. */
  readonly seen: readonly Descent[];
  readonly missing: readonly KnownEntry[];
}

/**
 * Plans one folder (key or ref `parent`, null for the level of the root). `arrivals` are the newcomers that
 * are known entries of other folders, gone from there; `nextRef` hands out negative refs. Pure.
 */
export function planFolder(options: {
  readonly parent: number | null;
  readonly match: FolderMatch;
  readonly arrivals: ReadonlyMap<DiskEntry, KnownEntry>;
  readonly nextRef: () => number;
}): FolderPlan {
  const { parent, match, arrivals, nextRef } = options;
  const steps: Step[] = [];
  const unseen: Descent[] = [];
  const seen: Descent[] = [];
  const enter = (list: Descent[], disk: DiskEntry, key: number) => {
    if (disk.kind === 'directory') list.push({ disk, key });
  };
  for (const pair of match.renamed) {
    steps.push(moveStep(pair, parent), ...factSteps(pair));
    enter(unseen, pair.disk, pair.known.key);
  }
  for (const disk of match.newcomers) {
    const known = arrivals.get(disk);
    if (known !== undefined) {
      steps.push(moveStep({ known, disk }, parent), ...factSteps({ known, disk }));
      enter(unseen, disk, known.key);
      continue;
    }
    const ref = nextRef();
    steps.push(createStep(disk, ref, parent));
    enter(unseen, disk, ref);
  }
  for (const pair of match.kept) {
    steps.push(...factSteps(pair));
    enter(pair.known.stamp === pair.disk.facts.stamp ? seen : unseen, pair.disk, pair.known.key);
  }
  return { steps, unseen, seen, missing: match.missing };
}

/** What changed about an entry that stayed what and where it is; nothing, or one step. */
export function factSteps({ known, disk }: Pair): Step[] {
  const change = { type: 'update', key: known.key, facts: disk.facts } as const;
  const { name } = disk;
  const isRestamped = known.stamp !== disk.facts.stamp;
  if (disk.kind !== 'file') {
    const isNews = isRestamped || known.modifiedAt !== disk.facts.modifiedAt;
    return isNews ? [{ change, name, identify: null, isNews }] : [];
  }
  if (disk.facts.size === 0) {
    const isNews = isRestamped || known.contentHash !== null;
    return isNews ? [{ change: { ...change, content: null }, name, identify: null, isNews }] : [];
  }
  if (known.contentHash === null || !isSameContent(known.stamp, disk.facts.stamp)) {
    return [{ change: { ...change, content: null }, name, identify: disk, isNews: isRestamped }];
  }
  return isRestamped ? [{ change, name, identify: null, isNews: true }] : [];
}

function moveStep({ known, disk }: Pair, parent: number | null): Step {
  const name = entryName(disk.name);
  const extension = extensionFor(disk, name.name);
  const change = { type: 'move', key: known.key, parent, ...name, extension } as const;
  return { change, name: disk.name, identify: null, isNews: true };
}

function createStep(disk: DiskEntry, ref: number, parent: number | null): Step {
  const name = entryName(disk.name);
  const { kind, facts } = disk;
  const extension = extensionFor(disk, name.name);
  return {
    change: { type: 'create', ref, parent, ...name, extension, kind, facts, content: null },
    name: disk.name,
    identify: kind === 'file' && facts.size > 0 ? disk : null,
    isNews: true,
  };
}

function extensionFor(disk: DiskEntry, name: string): string {
  return disk.kind === 'directory' ? '' : extensionOf(name);
}
