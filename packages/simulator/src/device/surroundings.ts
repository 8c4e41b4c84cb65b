import type { DeviceId, Vector } from '@shoal/core';
import type { Entry } from '../data/entry.ts';
import type { LibraryCommit } from '../data/library-file.ts';
import type { Parts } from '../parts.ts';
import type { Random } from '../time/random.ts';
import type { Scheduler } from '../time/scheduler.ts';
import type { CapturePlan } from './plan-capture.ts';

/** Who looks on: the checkers, and whoever draws the history. Called after the fact; what they throw ends the run. */
export interface Watcher {
  /** The log of a device gave changes their place. */
  appended(device: DeviceId, entries: readonly Entry[]): void;
  /** Ingest was given all of its log from one seq to before another, to apply it at once. */
  read(device: DeviceId, fromSeq: number, nextSeq: number): void;
  /** Groups of which the rest may never come are read as they are, up to there (REP-8). */
  gaveUpGroups(device: DeviceId, throughSeq: number): void;
  /** Entries were stored that were asked for by their record (DEP-4). */
  asked(device: DeviceId, entries: readonly Entry[]): void;
  /** Others are asked for what they have, or what they broadcast is stored. */
  takesIn(device: DeviceId): void;
  /** The log-store told another what it has, with a page (LOG-2). */
  served(device: DeviceId, have: Vector): void;
  /** A local transaction is about to be committed. */
  captures(device: DeviceId, plan: CapturePlan): void;
  libraryCommitted(device: DeviceId, commit: LibraryCommit): void;
  logCommitted(device: DeviceId): void;
  /** Something worth a line in a drawing. */
  told(device: DeviceId, line: () => string): void;
}

/** How small the pieces are, so that short histories have many of them. */
export interface Sizes {
  readonly pageEntries: number;
  readonly groupEntries: number;
  /** Entries that ingest may read and has not applied; beyond, pulling waits (ING-5). */
  readonly unappliedMax: number;
}

/** What every process of a device is given. */
export interface Surroundings {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly parts: Parts;
  readonly watcher: Watcher;
  readonly sizes: Sizes;
}
