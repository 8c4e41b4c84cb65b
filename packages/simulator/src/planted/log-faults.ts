import {
  claimUpTo,
  covers,
  type Dot,
  loseEntry,
  type PullRound,
  planAppend,
  planSupersede,
  type RoundEvent,
  type SupersedeCandidate,
  stepRound,
  vectorAt,
  wholePageLength,
} from '@shoal/core';
import type { PlantedFault } from './planted-fault.ts';

/** Mistakes in how changes are numbered, stored, claimed, compacted and carried. */
export const logFaults: readonly PlantedFault[] = [
  {
    name: 'stamps come from the wall clock alone',
    rule: 'CLK-2',
    parts: { tickClock: (_clock, wallMs) => ({ ms: wallMs, counter: 0 }) },
  },
  {
    name: 'a device keeps its replica and its stream over restarts',
    rule: 'REP-6',
    parts: { takesNewLives: false },
    faults: ['going-back', 'crashes'],
  },
  {
    name: 'a log that went back keeps its id',
    rule: 'REP-6',
    parts: { confirmsSighting: () => true, hasMoreOfOurs: () => false },
    faults: ['going-back', 'network', 'cuts'],
  },
  {
    name: 'what a log that went back lacks is not appended again',
    rule: 'REP-6',
    parts: { nextReappendStep: () => ({ kind: 'rest' }) },
    faults: ['going-back', 'cuts'],
  },
  {
    name: 'a log that was whole once counts as whole when its copy comes back',
    rule: 'REP-6',
    parts: { wholeLogAfter: (wholeLogId) => wholeLogId },
    keptSeed: 'log-goes-back-to-a-copy-that-was-whole',
  },
  {
    name: 'an ingest that begins anew is told by what it had applied before',
    rule: 'LOG-2',
    parts: { advancesForAnew: (advances) => advances },
    faults: ['going-back', 'compaction', 'cuts'],
  },
  {
    name: 'an entry that does not open stands for what it claims to include',
    rule: 'CHG-8',
    parts: { standsForOthers: () => true, knowsWhoBegan: false },
    keptSeed: 'lost-log-and-an-entry-that-opens-for-nobody',
  },
  {
    name: 'a group is appended in the order of the outbox',
    rule: 'DEP-1',
    parts: { planAppend: (group, heads) => group.flatMap((change) => planAppend([change], heads)) },
  },
  {
    name: 'a retried append is not recognised',
    rule: 'CHG-8',
    parts: { planAppend: (group) => planAppend(group, () => []) },
    faults: ['crashes', 'disks'],
  },
  {
    name: 'an outbox row goes although it changed while it was shipped',
    rule: 'CHG-8',
    parts: { isShipped: () => true },
  },
  {
    name: 'the outbox is cleared before the log has committed',
    rule: 'CHG-8',
    parts: { appendsFirst: false },
    faults: ['crashes', 'disks'],
  },
  {
    name: 'the cursor moves in a transaction of its own',
    rule: 'ING-2',
    parts: { movesCursorWithRows: false },
  },
  {
    name: 'a vector claims the greatest position that is stored',
    rule: 'LOG-2',
    parts: { claimUpTo: claimGreatest },
  },
  {
    name: 'of the entries of a record the one with the greatest stamp stays',
    rule: 'LOG-3',
    parts: { planSupersede: supersedeByStamp },
  },
  {
    name: 'an entry supersedes another when it includes its dot',
    rule: 'LOG-3',
    parts: { planSupersede: supersedeByDot },
    keptSeed: 'two-shipments-of-one-dot',
  },
  {
    name: 'an entry that was not applied supersedes others',
    rule: 'LOG-3',
    parts: { isAdmittedByIngest: () => true },
  },
  {
    name: 'on a hub every entry supersedes others, applied or not',
    rule: 'LOG-3',
    parts: { admittedByAcks: (ofRecord) => new Set(ofRecord) },
    faults: ['compaction', 'forgery'],
  },
  {
    name: 'a round ends at the head that the server had when it began',
    rule: 'REP-2',
    parts: { tailOf: (notedHeadSeq) => notedHeadSeq },
    faults: ['network', 'cuts', 'compaction'],
  },
  {
    name: 'the vector noted at the start of a round is claimed after its first page',
    rule: 'REP-2',
    parts: { stepRound: claimEarly },
  },
  {
    name: 'a damaged entry of a page counts as stored',
    rule: 'LOG-1',
    parts: {
      stepRound: (round, event) =>
        stepRound(round, event.kind === 'stored' ? { ...event, hasRefused: false } : event),
    },
  },
  {
    name: 'a log with holes claims to others what it has beside them',
    rule: 'LOG-2',
    parts: { servedClaim: (have) => have },
    faults: ['rot', 'compaction', 'network'],
  },
  {
    name: 'what a log has does not end before a hole',
    rule: 'LOG-1',
    parts: { haveAt: ({ claimed }, stream) => vectorAt(claimed, stream) },
    faults: ['rot', 'network'],
  },
  {
    name: 'every entry that is lost counts as known to the library',
    rule: 'LOG-1',
    parts: {
      loseEntry: (vector, lost, appliedSeq) => loseEntry(vector, { ...lost, isOwn: true }, appliedSeq),
    },
    faults: ['rot', 'network', 'cuts'],
  },
  {
    name: 'what was lost counts as known also to a library that went back',
    rule: 'LOG-1',
    parts: { knownAfterLibraryWentBack: () => null },
    keptSeed: 'library-goes-back-behind-its-last-word',
  },
  {
    name: 'a library that says less than it has appended counts as one that knows all',
    rule: 'LOG-1',
    parts: { knownAfterHearingAppend: () => null },
    keptSeed: 'library-goes-back-while-ingest-is-paused',
  },
  {
    name: 'ingest reads a group as far as it is there',
    rule: 'REP-8',
    parts: { planOpenGroups: () => [] },
  },
  {
    name: 'a group that lies around an open one is read up to there',
    rule: 'REP-8',
    parts: {
      wholePageLength: (entries, end, lastSeqOf) =>
        wholePageLength(entries, end === 'open-group' ? 'head' : end, lastSeqOf),
    },
  },
  {
    name: 'a page for ingest ends where it is full',
    rule: 'REP-8',
    parts: { wholePageLength: (entries) => entries.length },
  },
  {
    name: 'heartbeats do not say what the log has',
    rule: 'REP-3',
    parts: { heartbeatVector: () => new Map() },
  },
  {
    name: 'what weighs on a log-store does not keep it from pulling',
    rule: 'ING-5',
    parts: { throttleOf: () => null },
    faults: ['pressure'],
  },
  {
    name: 'records that others wait for are not asked for',
    rule: 'DEP-4',
    parts: { planAsks: (asks) => ({ asks, askFor: [], wakeAtMs: null }) },
    faults: ['pressure', 'network', 'rot', 'crashes'],
  },
  {
    name: 'heartbeats tell nothing of what lies beyond a hole',
    rule: 'REP-3',
    parts: { heartbeatVector: ({ have }) => have },
    keptSeed: 'nobody-asks-behind-a-hole',
  },
];

type Dotted = SupersedeCandidate & { readonly dot?: Dot };

function supersedeByStamp(entries: readonly Dotted[], history: 'latest' | 'kept'): number[] {
  if (history === 'kept') return planSupersede(entries, history);
  const isGone = (entry: Dotted) => entries.some((by) => by.isAdmitted && by.dot! > entry.dot!);
  return entries.filter(isGone).map(({ seq }) => seq);
}

function supersedeByDot(entries: readonly Dotted[], history: 'latest' | 'kept'): number[] {
  if (history === 'kept') return planSupersede(entries, history);
  const includesDot = (by: Dotted, entry: Dotted) => covers(by.version, entry.dot!);
  const isGone = (entry: Dotted) =>
    entries.some(
      (by) =>
        by !== entry &&
        by.isAdmitted &&
        includesDot(by, entry) &&
        (by.seq > entry.seq || !includesDot(entry, by)),
    );
  return entries.filter(isGone).map(({ seq }) => seq);
}

function claimGreatest(...[vector, { stream, originSeq }, storedBeyond]: Parameters<typeof claimUpTo>) {
  const greatest = Math.max(originSeq, ...storedBeyond(originSeq));
  return claimUpTo(vector, { stream, originSeq: greatest }, storedBeyond);
}

function claimEarly(round: PullRound, event: RoundEvent): PullRound {
  const next = stepRound(round, event);
  const isFirst = event.kind === 'page' && event.page.isFirst;
  return isFirst && next.kind === 'storing' ? { ...next, claim: event.page.have } : next;
}
