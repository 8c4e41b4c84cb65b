import { errorAbout, type LibraryId } from '@shoal/core';
import type Database from 'better-sqlite3';
import { type AckRows, ackRows } from './ack-rows.ts';
import { type AssuredRows, assuredRows } from './assured-rows.ts';
import { type BackfillRows, backfillRows } from './backfill-rows.ts';
import { type EntryRows, entryRows } from './entry-rows.ts';
import { type ExceptionRows, exceptionRows } from './exception-rows.ts';
import { type GroupRows, groupRows } from './group-rows.ts';
import { type HoleRows, holeRows } from './hole-rows.ts';
import { type LifeRows, lifeRows } from './life-rows.ts';
import { type LogRowAccess, logRow } from './log-row.ts';
import { openDb } from './open-db.ts';
import { logStorageError } from './storage-error.ts';
import { type StreamRows, streamRows } from './stream-rows.ts';
import { structuralDamage } from './structural-damage.ts';
import { type SupersededRows, supersededRows } from './superseded-rows.ts';

/** The tables of one sync.db, as calls. */
export interface Store {
  readonly log: LogRowAccess;
  readonly streams: StreamRows;
  readonly groups: GroupRows;
  readonly entries: EntryRows;
  readonly superseded: SupersededRows;
  readonly exceptions: ExceptionRows;
  readonly lives: LifeRows;
  readonly holes: HoleRows;
  readonly assured: AssuredRows;
  readonly acks: AckRows;
  readonly backfill: BackfillRows;
  /** Runs `work` as one transaction, durable when it returns; nothing of it stays when it throws. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/** Opens the store of a library. Throws `storage-failed`, `disk-full`, `read-only`, `damaged-file`, `version-mismatch`. */
export function openStore(path: string, libraryId: LibraryId, onDamaged?: (error: unknown) => void): Store {
  const db = openDb(path, onDamaged);
  const transaction = <T>(work: () => T): T => {
    try {
      return db.transaction(work).immediate();
    } catch (error) {
      throw errorAbout(logStorageError(error, path), { library: libraryId });
    }
  };
  try {
    const log = logRow(db, libraryId);
    checkHead(db, log.read().headSeq);
    return {
      log,
      streams: streamRows(db),
      groups: groupRows(db),
      entries: entryRows(db),
      superseded: supersededRows(db),
      exceptions: exceptionRows(db),
      lives: lifeRows(db),
      holes: holeRows(db),
      assured: assuredRows(db),
      acks: ackRows(db),
      backfill: backfillRows(db, transaction),
      transaction,
      close: () => void db.close(),
    };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A head below what lies in the log would be numbered from twice: the row of the log is not what it was. */
function checkHead(db: Database.Database, headSeq: number): void {
  const last = db.prepare<[], { seq: number | null }>('select max(seq) as seq from entries').get()!.seq ?? 0;
  if (last > headSeq) throw structuralDamage(db, `an entry at ${last} lies behind the head, ${headSeq}`);
}
