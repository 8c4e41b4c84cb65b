import type { LogId, StreamId } from '../ids.ts';
import { isBehindLastWord, type LastWord } from './last-word.ts';
import type { LogLife, LogSighting } from './sighting.ts';

/**
 * What a log remembers of what its device's library knows (LOG-1): so of each entry that it loses to damage whether that
 * can append it again. In doubt it cannot: then a peer must have it, and nothing is claimed that is lacked.
 */
export interface LibraryKnowledge {
  /** What ingest said last, under whatever id the log had then. */
  readonly lastWord: LastWord | null;
  /** Up to where the library has all that ingest had applied under earlier ids of the log. */
  readonly knownSeq: number;
  /** What was appended up to there the library may have forgotten, as one of the two went back; 0: nothing. */
  readonly forgottenSeq: number;
  /** Where the library appended last, and what id the log had then; null: nowhere yet. */
  readonly lastAppend: { readonly logId: LogId; readonly seq: number } | null;
}

/** Of a log that never heard of its library. */
export const nothingKnown: LibraryKnowledge = {
  lastWord: null,
  knownSeq: 0,
  forgottenSeq: 0,
  lastAppend: null,
};

/** The log takes a new id, of which nothing is applied yet; what was applied under the one before stays known. */
export function knownAfterRenewal(
  known: LibraryKnowledge,
  before: { readonly appliedSeq: number /** Of what ingest passed over. */; readonly firstException: number },
): LibraryKnowledge {
  const wholeSeq = Math.min(before.appliedSeq, before.firstException - 1);
  return { ...known, knownSeq: Math.max(known.knownSeq, wholeSeq) };
}

/** The log went back (REP-6): the library may not have what peers give it back of its own streams. */
export function knownAfterLogWentBack(known: LibraryKnowledge, headSeq: number): LibraryKnowledge {
  return { ...known, forgottenSeq: Math.max(1, headSeq) };
}

/** Ingest says where it `read` last; null where the library did not go back, else what is known from then on (REP-6). */
export function knownAfterLibraryWentBack(
  known: LibraryKnowledge,
  log: { readonly logId: LogSighting['logId']; readonly headSeq: number },
  read: LogSighting | null,
): LibraryKnowledge | null {
  if (!isBehindLastWord(known.lastWord, log.logId, read)) return null;
  const isSameLog = read !== null && read.logId === known.lastWord?.logId;
  return {
    ...known,
    lastWord: read === null ? null : { logId: read.logId, appliedSeq: read.seq },
    knownSeq: Math.min(known.knownSeq, isSameLog ? read.seq : 0),
    forgottenSeq: Math.max(1, log.headSeq),
  };
}

/**
 * The library says where it appended last; null where that is what the log knows, too, else what is known from then on
 * (REP-6). One that says less went back, or could not note its last append any more: in doubt it has forgotten it.
 */
export function knownAfterHearingAppend(
  known: LibraryKnowledge,
  headSeq: number,
  appended: Pick<LogSighting, 'logId' | 'seq'> | null,
): LibraryKnowledge | null {
  const { lastAppend } = known;
  if (lastAppend === null) return null;
  if (appended !== null && appended.logId === lastAppend.logId && appended.seq >= lastAppend.seq) return null;
  return {
    ...known,
    forgottenSeq: Math.max(1, headSeq),
    lastAppend: appended && { logId: appended.logId, seq: appended.seq },
  };
}

/** Whether the library has what was appended here: in a life since neither of the two went back. `lives`: in order. */
export function isKnownAsAppended(
  { forgottenSeq }: LibraryKnowledge,
  lives: readonly LogLife[],
  { stream, seq }: { readonly stream: StreamId; readonly seq: number },
): boolean {
  if (seq <= forgottenSeq) return false;
  const own = forgottenSeq === 0 ? lives : lives.slice(-1);
  return own.some(({ life }) => life === stream);
}
