import {
  admittedByAcks,
  claimUpTo,
  confirmsSighting,
  type DeviceId,
  deleteState,
  deviceOf,
  draftWrites,
  haveAt,
  isAdmittedByIngest,
  isToReplan,
  knownAfterHearingAppend,
  knownAfterLibraryWentBack,
  loseEntry,
  nextReappendStep,
  planAppend,
  planApply,
  planAsks,
  planBlindWrites,
  planGate,
  planJournal,
  planLive,
  planOpenGroups,
  planRowDecision,
  planSupersede,
  planView,
  putState,
  type RecordState,
  type ShowOutcome,
  schemasToWrite,
  servedClaim,
  stepRound,
  throttleOf,
  tickClock,
  type Vector,
  vectorAt,
  wholeLogAfter,
  wholePageLength,
} from '@shoal/core';
import type { Entry } from './data/entry.ts';
import type { Advance } from './data/log-content.ts';

/**
 * The decisions that a fleet is made of: core's own, and beside them those small ones that are spelled in the shells
 * of the services. A planted fault replaces one of them; nothing else of the simulator knows of faults in the code.
 */
export interface Parts {
  readonly admittedByAcks: typeof admittedByAcks<Entry>;
  readonly isAdmittedByIngest: typeof isAdmittedByIngest;
  readonly isToReplan: typeof isToReplan;
  readonly schemasToWrite: typeof schemasToWrite;
  readonly confirmsSighting: typeof confirmsSighting;
  readonly claimUpTo: typeof claimUpTo;
  readonly haveAt: typeof haveAt;
  readonly loseEntry: typeof loseEntry;
  readonly servedClaim: typeof servedClaim;
  readonly knownAfterLibraryWentBack: typeof knownAfterLibraryWentBack;
  readonly knownAfterHearingAppend: typeof knownAfterHearingAppend;
  readonly deleteState: typeof deleteState;
  readonly draftWrites: typeof draftWrites;
  readonly nextReappendStep: typeof nextReappendStep;
  readonly planAppend: typeof planAppend;
  readonly planApply: typeof planApply;
  readonly planAsks: typeof planAsks;
  readonly throttleOf: typeof throttleOf;
  readonly planBlindWrites: typeof planBlindWrites;
  readonly planGate: typeof planGate;
  readonly planJournal: typeof planJournal;
  readonly planOpenGroups: typeof planOpenGroups;
  readonly planLive: typeof planLive;
  readonly planRowDecision: typeof planRowDecision;
  readonly planSupersede: typeof planSupersede;
  readonly planView: typeof planView;
  readonly putState: typeof putState;
  readonly stepRound: typeof stepRound;
  readonly tickClock: typeof tickClock;
  readonly wholeLogAfter: typeof wholeLogAfter;
  readonly wholePageLength: typeof wholePageLength;
  /** What the relay ships of a record (CHG-7). */
  readonly stateToShip: (state: RecordState, row: ShowOutcome | undefined) => RecordState;
  /** Whether an outbox row goes when the log has committed what was read of it (CHG-8). */
  readonly isShipped: (waiting: { readonly dot: string }, read: { readonly dot: string }) => boolean;
  /** Whether an entry stands for what its version includes, by whether ingest passed it over (CHG-8). */
  readonly standsForOthers: (isPassedOver: boolean) => boolean;
  /** Whether the outbox is cleared only after the log has committed (CHG-8). */
  readonly appendsFirst: boolean;
  /** Whether each opening of a library is a replica of its own, each start of a log-store a new stream (REP-6). */
  readonly takesNewLives: boolean;
  /** Whether a peer knows more of this device's streams than its own log (REP-6). */
  readonly hasMoreOfOurs: (device: DeviceId, theirs: Vector, have: Vector) => boolean;
  /** What remains of a log's advances for an ingest that begins anew, having been at `appliedSeq` before (LOG-2). */
  readonly advancesForAnew: (advances: readonly Advance[], appliedSeq: number) => readonly Advance[];
  /** Whether rows and cursor commit together (ING-2). */
  readonly movesCursorWithRows: boolean;
  /** Up to which seq the server of a round serves, by what its head was at the start and is now (REP-2). */
  readonly tailOf: (notedHeadSeq: number, headSeq: number) => number;
  /**
   * Whether a peer that began anew is known to have forgotten what it was asked (REP-4): sooner, and nothing else; seeds
   * that were found before it was known show their faults without it.
   */
  readonly knowsWhoBegan: boolean;
  /** What a heartbeat says that a log can give: also beyond what it has without a gap (REP-3). */
  readonly heartbeatVector: (log: { readonly have: Vector; readonly offered: Vector }) => Vector;
}

/** The parts as they are in production. */
export const productionParts: Parts = {
  admittedByAcks,
  isAdmittedByIngest,
  isToReplan,
  schemasToWrite,
  confirmsSighting,
  claimUpTo,
  haveAt,
  loseEntry,
  servedClaim,
  knownAfterLibraryWentBack,
  knownAfterHearingAppend,
  deleteState,
  draftWrites,
  nextReappendStep,
  planAppend,
  planApply,
  planAsks,
  planBlindWrites,
  planGate,
  planOpenGroups,
  planJournal,
  planLive,
  planRowDecision,
  planSupersede,
  planView,
  putState,
  stepRound,
  throttleOf,
  tickClock,
  wholeLogAfter,
  wholePageLength,
  stateToShip: (state) => state,
  isShipped: (waiting, read) => waiting.dot === read.dot,
  standsForOthers: (isPassedOver) => !isPassedOver,
  appendsFirst: true,
  takesNewLives: true,
  hasMoreOfOurs: (device, theirs, have) =>
    [...theirs].some(([stream, at]) => deviceOf(stream) === device && at > vectorAt(have, stream)),
  // What replaced entries that were removed may lie up to there: no place before it says what is applied.
  advancesForAnew: (advances, appliedSeq) =>
    advances.map((advance) => ({ ...advance, seq: Math.max(advance.seq, appliedSeq) })),
  movesCursorWithRows: true,
  tailOf: (_notedHeadSeq, headSeq) => headSeq,
  knowsWhoBegan: true,
  heartbeatVector: ({ offered }) => offered,
};
