import {
  type Ack,
  type DeviceId,
  type Hole,
  type LibraryKnowledge,
  type LogId,
  type LogLife,
  nothingKnown,
  type OpenGroup,
  type StreamId,
  type Vector,
} from '@shoal/core';
import type { Entry } from './entry.ts';

/** An entry as it lies in a log. */
export interface LogRow {
  readonly seq: number;
  readonly chain: string;
  readonly place: string;
  readonly record: string;
  readonly entry: Entry;
  /** Whether no other entry of its record includes it. */
  readonly isHead: boolean;
  /** The disk gives back something else than was stored. */
  readonly isDamaged?: boolean;
}

/** `have` of the stream became `originSeq` when the head of the log was `seq` (LOG-2). */
export interface Advance {
  readonly stream: StreamId;
  readonly originSeq: number;
  readonly seq: number;
}

/** All that sync.db holds, as one value. */
export interface LogContent extends LibraryKnowledge {
  readonly logId: LogId;
  readonly headSeq: number;
  readonly chain: string;
  readonly appliedSeq: number;
  /** Places that ingest passed over without applying them (LOG-3). */
  readonly exceptions: ReadonlySet<string>;
  readonly rows: ReadonlyMap<number, LogRow>;
  /** What the log has; it ends before the lowest hole of a stream. */
  readonly have: Vector;
  /** What it has or had: numbers up to there were given, or came. */
  readonly claimed: Vector;
  readonly holes: readonly Hole[];
  /** What was given anew since a loss that the library may not know (LOG-1). */
  readonly assured: Vector;
  readonly advances: readonly Advance[];
  readonly groups: readonly OpenGroup[];
  /** The greatest position of each stream that ever came, whatever became of it: for the checkers alone. */
  readonly came: ReadonlyMap<StreamId, number>;
  /** What members said to have applied: a hub lets go by it (LOG-3). */
  readonly acks: ReadonlyMap<DeviceId, Ack>;
  /** The starts of the log-store on this file, the present one last (REP-6). */
  readonly lives: readonly LogLife[];
}

/** A log without entries. */
export function emptyLog(logId: LogId): LogContent {
  return {
    logId,
    headSeq: 0,
    chain: '',
    appliedSeq: 0,
    ...nothingKnown,
    exceptions: new Set(),
    rows: new Map(),
    have: new Map(),
    claimed: new Map(),
    holes: [],
    assured: new Map(),
    advances: [],
    groups: [],
    came: new Map(),
    acks: new Map(),
    lives: [],
  };
}
