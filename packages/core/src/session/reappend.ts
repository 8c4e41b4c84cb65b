import type { LogId, RecordRef } from '../ids.ts';

/** One way through all records of a library, to give a log what it lacks (REP-6). */
export interface ReappendPass {
  readonly logId: LogId;
  /** Behind which record the next page begins; null: at the beginning. */
  readonly after: RecordRef | null;
  readonly isAtEnd: boolean;
  /** Records were passed over because too much of them waits in the outbox. */
  readonly hasLeftOut: boolean;
  /** The head of the log behind what was appended. */
  readonly headSeq: number;
}

/** What to do next. `ask`: whether a peer may still bring it; if not, a pass opens. */
export type ReappendStep =
  | { readonly kind: 'rest' }
  | { readonly kind: 'ask' }
  | { readonly kind: 'append'; readonly pass: ReappendPass }
  /** The pass is over; `isWhole`: the log has all that the library knows, which is to be kept durably. */
  | { readonly kind: 'end'; readonly isWhole: boolean };

/** What the library knows of the log that it follows. */
export interface ReappendMoment {
  readonly logId: LogId;
  /** The log that has all that the library knows, by the library's own note. */
  readonly wholeLogId: LogId | null;
  readonly appliedSeq: number;
}

/** No log has all that a library knows, though it has followed one before. */
export const noWholeLog = '' as LogId;

/**
 * What a library notes when it ships to a log, or applies from it: another log that had all it knew has so no more, as a
 * copy of that may come back under its old id (REP-6). Null stays null, no log was ever followed, unless it shipped to
 * another one before: what that took and lost before anybody followed it, this one may lack.
 */
export function wholeLogAfter(wholeLogId: LogId | null, logId: LogId, shippedTo: LogId | null): LogId | null {
  return (wholeLogId ?? shippedTo ?? logId) === logId ? wholeLogId : noWholeLog;
}

/** A pass from the first record on. */
export function openReappendPass(logId: LogId): ReappendPass {
  return { logId, after: null, isAtEnd: false, hasLeftOut: false, headSeq: 0 };
}

/**
 * The next step towards a whole log (REP-6). A log counts as whole when ingest has read back what was appended: then
 * the library would miss it, if the log went back again. What was left out is shipped by the relay; another pass finds
 * the rest of it.
 */
export function nextReappendStep(
  pass: ReappendPass | null,
  { logId, wholeLogId, appliedSeq }: ReappendMoment,
): ReappendStep {
  if (wholeLogId === logId) return { kind: 'rest' };
  if (pass?.logId !== logId) return { kind: 'ask' };
  if (!pass.isAtEnd) return { kind: 'append', pass };
  if (appliedSeq < pass.headSeq) return { kind: 'rest' };
  return { kind: 'end', isWhole: !pass.hasLeftOut };
}

/** The pass after a page was appended to the log that answered; null: that was another log. */
export function afterReappendedPage(
  pass: ReappendPass,
  page: {
    readonly logId: LogId;
    readonly headSeq: number;
    /** The last record of the page; null: there are no more. */
    readonly last: RecordRef | null;
    readonly hasLeftOut: boolean;
  },
): ReappendPass | null {
  if (page.logId !== pass.logId) return null;
  return {
    logId: pass.logId,
    after: page.last,
    isAtEnd: page.last === null,
    hasLeftOut: pass.hasLeftOut || page.hasLeftOut,
    headSeq: Math.max(pass.headSeq, page.headSeq),
  };
}
