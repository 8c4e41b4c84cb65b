import { limits } from '../limits.ts';
import { compareVersions, formatVersion, type Version } from '../record/version.ts';

/** What the log knows of one entry of one record, from its header and from this device's ingest. */
export interface SupersedeCandidate {
  /** Its place in this log. */
  readonly seq: number;
  readonly version: Version;
  /** Whether ingest has applied it: not quarantined, refused or unknown. */
  readonly isAdmitted: boolean;
}

/** Whether a model keeps only what is in force, or its operations as history (S1-01). */
export type History = 'latest' | 'kept';

/**
 * The seqs of the entries of one record that may go (LOG-3): those that an admitted entry supersedes. Headers
 * decide what is covered, admission decides what goes, so an entry that no device could apply removes nothing.
 * Of models that keep their history the newest `historyEntriesMax` of what is superseded stay, for now by number alone:
 * times and members come with retention (LOG-5). Of an operation that is there twice, as two libraries append it again
 * that lost their logs (REP-6), one is history enough.
 */
export function planSupersede(entries: readonly SupersedeCandidate[], history: History): number[] {
  const strongest = notSuperseded(entries.filter((entry) => entry.isAdmitted));
  const superseded = entries.filter((entry) => strongest.some((by) => supersedes(by, entry)));
  if (history === 'latest') return superseded.map(({ seq }) => seq);
  const copies = new Set(superseded.filter(isCopyAmong(entries)));
  const past = superseded.filter((entry) => !copies.has(entry)).sort((a, b) => b.seq - a.seq);
  return [...copies, ...past.slice(limits.historyEntriesMax)].map(({ seq }) => seq);
}

/** Whether an entry of a higher seq that counts says the same. */
function isCopyAmong(entries: readonly SupersedeCandidate[]): (entry: SupersedeCandidate) => boolean {
  const lastSeqByVersion = new Map<string, number>();
  for (const { version, seq, isAdmitted } of entries) {
    const key = formatVersion(version);
    if (isAdmitted) lastSeqByVersion.set(key, Math.max(seq, lastSeqByVersion.get(key) ?? 0));
  }
  return ({ version, seq }) => seq < (lastSeqByVersion.get(formatVersion(version)) ?? 0);
}

/** The greatest of the admitted: whatever another of them supersedes, one of these does. Usually one to three. */
function notSuperseded(admitted: readonly SupersedeCandidate[]): SupersedeCandidate[] {
  let strongest: SupersedeCandidate[] = [];
  for (const entry of admitted) {
    if (strongest.some((by) => supersedes(by, entry))) continue;
    strongest = [...strongest.filter((other) => !supersedes(entry, other)), entry];
  }
  return strongest;
}

/**
 * Whether `by` supersedes `entry`: its version includes the entry's **whole** version; of two with equal versions
 * the lower seq goes (LOG-3). A strict order, so never do all entries of a record go.
 */
export function supersedes(by: SupersedeCandidate, entry: SupersedeCandidate): boolean {
  const order = compareVersions(by.version, entry.version);
  return order === 'includes' || (order === 'equal' && by.seq > entry.seq);
}
