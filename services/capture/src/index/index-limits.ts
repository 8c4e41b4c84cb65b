import { limits } from '@shoal/core';

/** The bounds of the indexer, each with its unit and its reason. */
export interface IndexLimits {
  /** Changes in one transaction: short enough that other writers of library.db do not wait long. */
  readonly batchChangesMax: number;
  /** Bytes to read before a batch is written, so that big files do not hold back the small ones. */
  readonly batchBytesMax: number;
  /** Files read at once. */
  readonly hashesMax: number;
  /** `lstat`s at once in one folder. */
  readonly statsMax: number;
  /** Folders waiting for comparison; more collapse to the folder that they have in common. */
  readonly dirtyFoldersMax: number;
  /** A hint waits this long for the ones that belong to it … */
  readonly debounceMs: number;
  /** … but never longer than this. */
  readonly debounceMaxMs: number;
  /** A file is read when it was not written for this long. */
  readonly settleMs: number;
  /** A file that does not settle is shown without content after this, and looked at less often. */
  readonly patienceMs: number;
  /** The longest time between two looks at a file that does not settle. */
  readonly settleRetryMaxMs: number;
  /** Files that are remembered as not settled. */
  readonly unsettledMax: number;
  /** How long a vanished entry may turn up elsewhere before it is taken for deleted. */
  readonly moveGraceMs: number;
  /** Vanished entries that are given this time; more are deleted at once. */
  readonly missingMax: number;
  /** A new folder is looked at again after this: its watch may have come later than its first files. */
  readonly newFolderRecheckMs: number;
  /** Time for the watcher to come up before the first comparison begins without it. */
  readonly watchReadyMs: number;
  /** The whole location is compared at least this often … */
  readonly safetyNetMs: number;
  /** … and this often while the watcher does not cover all of it. */
  readonly blindSafetyNetMs: number;
  /** Locations of one indexer: each has a watcher and a loop of its own. */
  readonly locationsMax: number;
  /** How often a folder is compared whose name no watcher can take; less often where that takes long. */
  readonly unwatchablePollMs: number;
  /** How often a root that is gone is looked for. */
  readonly rootPollMs: number;
  /** The first wait after a failure, doubled by each that follows … */
  readonly retryMinMs: number;
  /** … up to this. */
  readonly retryMaxMs: number;
}

export const indexLimits: IndexLimits = {
  batchChangesMax: 1_000,
  batchBytesMax: 64 * 1024 * 1024,
  hashesMax: 4,
  statsMax: 64,
  dirtyFoldersMax: 1_000,
  debounceMs: 40,
  debounceMaxMs: 200,
  settleMs: 100,
  patienceMs: 1_000,
  settleRetryMaxMs: 2_000,
  unsettledMax: 10_000,
  moveGraceMs: 150,
  missingMax: 100_000,
  newFolderRecheckMs: 500,
  watchReadyMs: 1_000,
  safetyNetMs: 5 * 60_000,
  blindSafetyNetMs: 30_000,
  locationsMax: limits.locationsMax,
  unwatchablePollMs: 1_000,
  rootPollMs: 2_000,
  retryMinMs: 250,
  retryMaxMs: 30_000,
};
