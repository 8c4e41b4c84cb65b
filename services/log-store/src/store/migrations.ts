import { ShoalError } from '@shoal/core';
import Database from 'better-sqlite3';
import { structuralDamage } from './structural-damage.ts';

/**
 * The tables of sync.db, one step per version of its schema. Times do not occur: positions are integers that the
 * storing side gives at commit (CHG-1, LOG-1). Record ids and streams are kept as they travel, 16 and 24 bytes.
 */
const steps: readonly string[] = [
  `
  create table log (
    id integer primary key check (id = 1),
    library_id text not null,
    log_id text not null,
    -- The last seq given; never given again, also when its entry is gone (LOG-1).
    head_seq integer not null,
    -- Running hash of everything appended up to head_seq (REP-2).
    chain blob not null,
    -- Up to where our own ingest has applied (LOG-3).
    applied_seq integer not null,
    -- What ingest said last, under whatever id the log had then (LOG-1).
    last_word_log_id text,
    last_word_seq integer,
    -- Where its library appended last, and the id that the log had then (LOG-1).
    last_append_log_id text,
    last_append_seq integer,
    -- Up to where the library has all that ingest applied under earlier ids of the log.
    known_seq integer not null default 0,
    -- What was appended up to there the library may have forgotten, as one of the two went back; 0: nothing.
    forgotten_seq integer not null default 0,
    -- Up to where superseded entries were looked for.
    compacted_seq integer not null,
    -- The stream that we wrote last; our next one names it as its predecessor (REP-6).
    own_stream text
  );

  create table streams (
    id integer primary key,
    stream text not null unique,
    -- We have, or have superseded, everything up to here, but for holes (LOG-2).
    have integer not null,
    -- Of the two above: both decide what is asked for, and what is claimed (LOG-1).
    checksum integer not null,
    -- The stream that it continues, as its first entry said, which may be gone (REP-6).
    predecessor blob
  );

  create table entries (
    seq integer primary key,
    stream_id integer not null references streams (id),
    origin_seq integer not null,
    group_first integer not null,
    group_last integer not null,
    predecessor blob,
    model text not null,
    record_id blob not null,
    -- Of a log-based model: stays as history when it is superseded, unless by its own copy (LOG-3).
    is_history integer not null,
    -- No entry of the record that we hold includes this one.
    is_head integer not null,
    header blob not null,
    sealed blob not null,
    signature blob not null,
    chain blob not null,
    -- Of all that never changes of the row: tells a damaged copy (LOG-1).
    checksum integer not null,
    unique (stream_id, origin_seq)
  );
  create index entries_of_record on entries (record_id, is_head);

  -- What ingest passed over without applying it: such entries supersede nothing (LOG-3).
  create table exceptions (seq integer primary key);

  -- The job of catching up from far behind, the latest one (ING-4). Times are Unix ms, for people.
  create table backfill (
    id integer primary key check (id = 1),
    started_ms integer not null,
    from_seq integer not null,
    ended_ms integer,
    to_seq integer
  );

  -- Pull rounds that go on after a restart (REP-2): what was read is stored, what was noted is claimed at the end.
  create table rounds (
    device text primary key,
    own_log_id text not null,
    -- The peer's log, how far it was read with the proof for that, and where it ended then.
    log_id text not null,
    at_seq integer not null,
    proof text not null,
    of_seq integer not null,
    -- JSON of the vector as pairs.
    noted text not null,
    has_refused integer not null,
    restarts integer not null
  );

  -- Positions at or below their stream's have whose entries were found damaged, until they are had again (LOG-1).
  create table holes (
    stream_id integer not null references streams (id),
    origin_seq integer not null,
    -- Why the device's library can append it again (REP-6): it had applied or appended it. Null: perhaps it cannot.
    known text check (known in ('applied', 'appended')),
    primary key (stream_id, origin_seq)
  ) without rowid;

  -- Up to where all of a stream was given anew since an entry was lost that the library may not have (LOG-1).
  create table assured (
    stream_id integer primary key references streams (id),
    origin_seq integer not null
  );

  -- On a hub: what each member says to have applied, as it came (LOG-3).
  create table acks (
    device text primary key,
    bytes blob not null
  );

  -- Each start of the log-store on this file, with the last seq that was given then (REP-6).
  create table lives (
    id integer primary key,
    life text not null,
    start_seq integer not null
  );

  -- Each advance of have, with the seq at which it became true (LOG-2).
  create table advances (
    stream_id integer not null references streams (id),
    seq integer not null,
    origin_seq integer not null,
    primary key (stream_id, seq)
  ) without rowid;

  -- Groups whose end is still to come, and where what there is of them begins (REP-8).
  create table open_groups (
    stream_id integer not null references streams (id),
    group_last integer not null,
    first_seq integer not null,
    primary key (stream_id, group_last)
  ) without rowid;
  `,
];

/** The newest version of the schema. */
export const schemaVersion = steps.length;

/**
 * Throws `version-mismatch` for a sync.db of a newer program, and touches nothing: opening it for writing would already
 * move what a killed program left beside it. A file that cannot be read is no matter of versions.
 */
export function refuseNewer(path: string): void {
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { readonly: true, fileMustExist: true });
    requireKnown(db);
  } catch (error) {
    if (error instanceof ShoalError) throw error;
  } finally {
    db?.close();
  }
}

/**
 * Brings sync.db to the newest schema. Throws `version-mismatch` for a file of a newer program; for tables that are not
 * what the version stands for, structural damage: statements would go on to other columns, or none (LOG-1).
 */
export function migrate(db: Database.Database): void {
  const found = db.pragma('user_version', { simple: true }) as number;
  const tables = tablesOf(db);
  const isOurs = tables === newestTables();
  requireKnown(db);
  const isNew = found === 0 && tables === '';
  if (found !== steps.length && (isOurs || (found === 0 && !isNew))) {
    throw structuralDamage(db, `schema ${found} with the tables of another`);
  }
  db.transaction(() => {
    for (const step of steps.slice(found)) db.exec(step);
    db.pragma(`user_version = ${steps.length}`);
  }).immediate();
  if (!isOurs && tablesOf(db) !== newestTables()) throw structuralDamage(db, 'tables that no step made');
}

function requireKnown(db: Database.Database): void {
  const found = db.pragma('user_version', { simple: true }) as number;
  if (found <= steps.length || tablesOf(db) === newestTables()) return;
  throw new ShoalError(
    'version-mismatch',
    `${db.name} is at version ${found}, made by a newer Shoal; this one knows ${steps.length}: update it`,
  );
}

let newest: string | undefined;

/** The tables as all steps make them. */
function newestTables(): string {
  if (newest === undefined) {
    const db = new Database(':memory:');
    for (const step of steps) db.exec(step);
    newest = tablesOf(db);
    db.close();
  }
  return newest;
}

function tablesOf(db: Database.Database): string {
  const rows = db.prepare<[], { name: string; sql: string | null }>(
    'select name, sql from sqlite_schema order by name',
  );
  return rows
    .all()
    .map(({ name, sql }) => `${name}: ${sql}`)
    .join('\n');
}
