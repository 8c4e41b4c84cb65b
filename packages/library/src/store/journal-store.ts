import {
  type Conflict,
  type ConflictKind,
  type Dot,
  emptyVersion,
  limits,
  planJournalRows,
  type RecordConflicts,
  type RecordRef,
  type RecordState,
} from '@shoal/core';
import { encodeRecordPayload, readRecordPayload } from '@shoal/proto';
import type { LastSeen } from './last-seen.ts';
import type { Sqlite } from './open-database.ts';

/** The conflict journal of this device (MRG-8): never synced, never logged; written with what it tells of. */
export interface JournalStore {
  /** Brings the open rows of records to what has to be open; within the transaction that stores their states. */
  carryOut(planned: readonly RecordConflicts[]): void;
  /** Notes what was over when it happened: a blind write. */
  addSettled(rows: readonly { readonly ref: RecordRef; readonly conflict: Conflict }[]): void;
  /** Keeps beside the open row of a delete what the record said before: the first that is known stays. */
  remember(seen: readonly LastSeen[]): void;
  /** What is kept beside a row. */
  known(id: number): RecordState | undefined;
}

interface OpenRow {
  readonly id: number;
  readonly conflict: Conflict;
}

/** What a row of the table says of its conflict. */
export interface ConflictColumns {
  readonly kind: ConflictKind;
  readonly field: string | null;
  readonly winner: Dot | null;
  readonly content: Buffer;
}

/** Prepares the statements on `db`; `wallMs` tells since when a row stands. */
export function journalStore(db: Sqlite, wallMs: () => number): JournalStore {
  const hasOpen = db
    .prepare<[], number>('select 1 from shoal_conflicts where settled_ms is null limit 1')
    .pluck();
  const openOf = db.prepare<[string, string], ConflictColumns & { readonly id: number }>(
    `select id, kind, field, winner, content from shoal_conflicts
     where model = ? and uuid = ? and settled_ms is null order by id`,
  );
  const insert = db.prepare(
    `insert into shoal_conflicts (model, uuid, kind, field, winner, content, since_ms, settled_ms, settled_by)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const grow = db.prepare('update shoal_conflicts set winner = ?, content = ? where id = ?');
  const settle = db.prepare('update shoal_conflicts set settled_ms = ?, settled_by = ? where id = ?');
  const remember = db.prepare(
    `update shoal_conflicts set known = ? where model = ? and uuid = ? and settled_ms is null
       and kind = 'delete-beats-edit' and known is null`,
  );
  const known = db.prepare<[number], Buffer | null>('select known from shoal_conflicts where id = ?').pluck();
  const trim = db.prepare(
    `delete from shoal_conflicts where id in (
       select id from shoal_conflicts where settled_ms is not null
       order by settled_ms desc, id desc limit -1 offset ?+0)`,
  );

  function add({ model, id }: RecordRef, conflict: Conflict, settled: [number, Dot | null] | null): void {
    const { kind, field, winner } = conflict;
    const [settledMs, settledBy] = settled ?? [null, null];
    insert.run(model, id, kind, field, winner, contentOf(conflict), wallMs(), settledMs, settledBy);
  }

  /** Answers whether a row was settled by it. */
  function carryOutRecord(record: RecordConflicts, open: readonly OpenRow[]): boolean {
    const steps = planJournalRows(open, record);
    for (const step of steps) {
      if (step.kind === 'open') add(record.ref, step.conflict, null);
      else if (step.kind === 'grow') grow.run(step.conflict.winner, contentOf(step.conflict), step.row.id);
      else settle.run(wallMs(), step.by, step.row.id);
    }
    return steps.some(({ kind }) => kind === 'settle');
  }

  return {
    carryOut(planned) {
      if (planned.length === 0) return;
      // Asked once: mostly nothing is open, and a look for each record would be felt.
      const isAnyOpen = hasOpen.get() !== undefined;
      let hasSettled = false;
      for (const record of planned) {
        const rows = isAnyOpen && !record.isNew ? openOf.all(record.ref.model, record.ref.id) : [];
        if (rows.length === 0 && record.conflicts.length === 0) continue;
        const open = rows.map((row) => ({ id: row.id, conflict: conflictOf(row) }));
        hasSettled = carryOutRecord(record, open) || hasSettled;
      }
      if (hasSettled) trim.run(limits.conflictsSettledMax);
    },
    addSettled(rows) {
      for (const { ref, conflict } of rows) add(ref, conflict, [wallMs(), conflict.winner]);
      if (rows.length > 0) trim.run(limits.conflictsSettledMax);
    },
    remember(seen) {
      for (const { ref, state } of seen) remember.run(payloadOf(state), ref.model, ref.id);
    },
    known(id) {
      const payload = known.get(id) as Buffer | null | undefined;
      return payload == null ? undefined : readRecordPayload(payload, emptyVersion);
    },
  };
}

/** The conflict that a row tells of, its values as they were. */
export function conflictOf({ kind, field, winner, content }: ConflictColumns): Conflict {
  return { kind, field, winner, content: readRecordPayload(content, emptyVersion) };
}

function contentOf({ content }: Conflict): Buffer {
  return payloadOf(content);
}

/** Values under their dots, in the form that states have. */
function payloadOf({ fields, deletes }: Conflict['content']): Buffer {
  return encodeRecordPayload({ version: emptyVersion, fields, deletes });
}
