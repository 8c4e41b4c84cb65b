import { limits } from '../limits.ts';
import { compareVersions, type Version } from '../record/version.ts';

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
 * times and members come with retention (LOG-5).
 */
export function planSupersede(entries: readonly SupersedeCandidate[], history: History): number[] {
  const strongest = notSuperseded(entries.filter((entry) => entry.isAdmitted));
  const superseded = entries
    .filter((entry) => strongest.some((by) => supersedes(by, entry)))
    .map((entry) => entry.seq);
  if (history === 'latest') return superseded;
  return superseded.sort((a, b) => b - a).slice(limits.historyEntriesMax);
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
