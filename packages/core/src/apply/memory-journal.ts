import type { Dot } from '../clock/dot.ts';
import { type RecordRef, refKey } from '../ids.ts';
import type { Conflict } from './conflicts.ts';
import { planJournalRows, type RecordConflicts } from './plan-journal.ts';

/** A row of the journal: open, or over by a change of that dot; null where it was one of another record. */
export interface JournalRow {
  readonly ref: RecordRef;
  readonly conflict: Conflict;
  readonly state: { readonly kind: 'open' } | { readonly kind: 'settled'; readonly by: Dot | null };
}

/** A device's journal in memory (MRG-8): what the table in library.db is on devices. Nothing is forgotten. */
export interface MemoryJournal {
  /** In the order of noticing. */
  readonly rows: readonly JournalRow[];
  /** Within the transaction that stores the states. */
  carryOut(planned: readonly RecordConflicts[]): void;
  /** Notes what was over when it happened: a blind write. */
  addSettled(rows: readonly { readonly ref: RecordRef; readonly conflict: Conflict }[]): void;
}

/** A journal of those rows, in the order of noticing. */
export function createMemoryJournal(kept: readonly JournalRow[] = []): MemoryJournal {
  const rows = [...kept];
  const openByKey = new Map<string, number[]>();
  for (const [at, { ref, state }] of rows.entries()) {
    if (state.kind === 'open') openByKey.set(refKey(ref), [...(openByKey.get(refKey(ref)) ?? []), at]);
  }

  function carryOutRecord({ ref, state, conflicts }: RecordConflicts): void {
    const key = refKey(ref);
    const open = (openByKey.get(key) ?? []).map((at) => ({ at, conflict: rows[at]!.conflict }));
    const stillOpen = new Set(open.map(({ at }) => at));
    for (const step of planJournalRows(open, { state, conflicts })) {
      switch (step.kind) {
        case 'open':
          stillOpen.add(rows.push({ ref, conflict: step.conflict, state: { kind: 'open' } }) - 1);
          break;
        case 'grow':
          rows[step.row.at] = { ref, conflict: step.conflict, state: { kind: 'open' } };
          break;
        case 'settle':
          rows[step.row.at] = { ...rows[step.row.at]!, state: { kind: 'settled', by: step.by } };
          stillOpen.delete(step.row.at);
          break;
      }
    }
    openByKey.set(key, [...stillOpen]);
  }

  return {
    rows,
    carryOut(planned) {
      for (const record of planned) carryOutRecord(record);
    },
    addSettled(added) {
      for (const { ref, conflict } of added)
        rows.push({ ref, conflict, state: { kind: 'settled', by: conflict.winner } });
    },
  };
}
