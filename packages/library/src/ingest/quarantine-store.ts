import { createHash } from 'node:crypto';
import {
  formatVersion,
  includes,
  type LogId,
  limits,
  mayPass,
  parseVersion,
  quarantineRestMs,
  type RecordRef,
  type ShoalError,
} from '@shoal/core';
import { Entry, entryToWire, type ParsedEntry, parseEntry } from '@shoal/proto';
import type { Sqlite } from '../store/open-database.ts';
import type { SequencedEntry } from './apply-entries.ts';
import { type LeftOut, leftOutStore } from './left-out.ts';

/** An entry that was not applied, and why. */
export interface RefusedEntry {
  readonly entry: SequencedEntry;
  readonly error: ShoalError;
}

/** An entry that waits in quarantine, and where it was met. */
export interface QuarantinedEntry extends SequencedEntry {
  readonly id: number;
  readonly logId: LogId;
}

/** Where entries wait that cannot be applied (ING-3); written in the transaction that applies, or tries again. */
export interface QuarantineStore {
  /**
   * Sets entries aside. A copy that lies here already, or was discarded, is only noted as met again; beyond the bound of
   * the quarantine the place in the log is noted, to be read again from there.
   */
  add(logId: LogId, refused: readonly RefusedEntry[], wallMs: number): void;
  /** Takes out what the library has by now, as the good copy came: nothing of it is missed any more (MRG-2). */
  takeOutKnown(refs: Iterable<RecordRef>, versionOf: (ref: RecordRef) => string | undefined): void;
  get(id: number): QuarantinedEntry | undefined;
  remove(id: number): void;
  /** It was tried again in vain. */
  keep(id: number, error: ShoalError, wallMs: number): void;
  /** Forgets the entry, and remembers that it did; false: none of that number waits. */
  discard(id: number, wallMs: number): boolean;
  /** What waits, behind a number, in order of numbers. */
  waiting(afterId: number, limit: number): number[];
  /** What is to be tried again by itself. */
  due(wallMs: number, limit: number): number[];
  count(): number;
  readonly leftOut: LeftOut;
}

/** Prepares the statements on `db`. */
export function quarantineStore(db: Sqlite): QuarantineStore {
  const meet = db.prepare('update shoal_quarantine set log_id = ?, seq = ? where digest = ?');
  const insert = db.prepare(
    `insert into shoal_quarantine (log_id, seq, model, uuid, device, dot, version, code, message, digest, entry, bytes,
       attempts, since_ms, retry_ms) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)`,
  );
  const select = db.prepare<[number], { id: number; logId: LogId; seq: number; bytes: Buffer }>(
    'select id, log_id as logId, seq, entry as bytes from shoal_quarantine where id = ? and entry is not null',
  );
  const any = db.prepare<[], number>('select 1 from shoal_quarantine limit 1').pluck();
  const ofRecord = db.prepare<[string, string], { id: number; version: string }>(
    'select id, version from shoal_quarantine where model = ? and uuid = ?',
  );
  const attempts = db.prepare<[number], number>('select attempts from shoal_quarantine where id = ?').pluck();
  const keep = db.prepare(
    'update shoal_quarantine set code = ?, message = ?, attempts = ?, retry_ms = ? where id = ?',
  );
  const discard = db.prepare(
    `update shoal_quarantine set entry = null, bytes = 0, retry_ms = null, discarded_ms = ?
     where id = ? and entry is not null`,
  );
  const trim = db.prepare(
    `delete from shoal_quarantine where id in (
       select id from shoal_quarantine where entry is null order by discarded_ms desc, id desc limit -1 offset ?+0)`,
  );
  const remove = db.prepare('delete from shoal_quarantine where id = ?');
  const waiting = db
    .prepare<[number, number], number>(
      'select id from shoal_quarantine where id > ? and entry is not null order by id limit ?+0',
    )
    .pluck();
  // Also what rests until a time that no rest leads to, which a clock that ran ahead left.
  const due = db
    .prepare<[number, number, number], number>(
      'select id from shoal_quarantine where retry_ms <= ? or retry_ms > ? order by id limit ?+0',
    )
    .pluck();
  const totals = db.prepare<[], { entries: number; bytes: number }>(
    'select count(*) as entries, total(bytes) as bytes from shoal_quarantine where entry is not null',
  );
  const leftOut = leftOutStore(db, () => totals.get()!);

  return {
    add(logId, refused, wallMs) {
      if (refused.length === 0) return;
      let { entries, bytes } = totals.get()!;
      for (const { entry, error } of refused) {
        const digest = digestOf(entry.entry);
        if (meet.run(logId, entry.seq, digest).changes > 0) continue;
        const { header } = entry.entry;
        const wire = Entry.encode(entryToWire(entry.entry)).finish();
        const version = formatVersion(header.version);
        const size = wire.length + version.length;
        if (entries >= limits.quarantineEntriesMax || bytes + size > limits.quarantineBytesMax) {
          leftOut.note({ logId, seq: entry.seq });
          continue;
        }
        const { model, recordId, origin, dot } = header;
        const about = [model, recordId, origin, dot, version, error.code, safeMessage(error)];
        const retryMs = retryMsOf(error, 1, wallMs);
        insert.run(logId, entry.seq, ...about, digest, wire, size, wallMs, retryMs);
        entries += 1;
        bytes += size;
      }
    },
    takeOutKnown(refs, versionOf) {
      // Asked once: mostly nothing is here, and a look for each record would be felt.
      if (any.get() === undefined) return;
      for (const ref of refs) {
        const rows = ofRecord.all(ref.model, ref.id);
        if (rows.length === 0) continue;
        const known = parseVersion(versionOf(ref) ?? '');
        for (const { id, version } of rows) if (includes(known, parseVersion(version))) remove.run(id);
      }
    },
    get(id) {
      const row = select.get(id);
      if (row === undefined) return undefined;
      const { bytes, ...place } = row;
      return { ...place, entry: parseEntry(Entry.decode(bytes)) };
    },
    remove: (id) => void remove.run(id),
    keep(id, error, wallMs) {
      const tried = Number(attempts.get(id)) + 1;
      keep.run(error.code, safeMessage(error), tried, retryMsOf(error, tried, wallMs), id);
    },
    discard(id, wallMs) {
      const isDone = discard.run(wallMs, id).changes > 0;
      if (isDone) trim.run(limits.quarantineDiscardedMax);
      return isDone;
    },
    waiting: (afterId, limit) => waiting.all(afterId, limit) as number[],
    due: (wallMs, limit) => due.all(wallMs, wallMs + limits.quarantineRestCapMs, limit) as number[],
    count: () => totals.get()!.entries,
    leftOut,
  };
}

/** Two copies of an entry may differ in what is damaged: each stands for itself. */
function digestOf({ headerBytes, sealed }: ParsedEntry): Buffer {
  return createHash('sha256').update(headerBytes).update(sealed).digest();
}

function retryMsOf(error: ShoalError, attempts: number, wallMs: number): number | null {
  return mayPass(error) ? wallMs + quarantineRestMs(attempts) : null;
}

/** What a bug says may quote the payload; what Shoal says names fields, never values. */
function safeMessage({ code, message, cause }: ShoalError): string {
  if (code !== 'internal') return message;
  const name = cause instanceof Error ? cause.name : 'Error';
  const detail = cause instanceof Error && 'code' in cause ? ` ${String(cause.code)}` : '';
  return `it failed while it was applied: ${name}${detail}`;
}
