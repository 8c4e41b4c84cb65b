/** The engine's own tables in library.db; models bring theirs. All are local to the device. */
export const engineSchema = `
create table shoal_meta (
  key text primary key,
  value text not null
) without rowid;

-- The hybrid logical clock, one row; moves inside the write lock (CLK-2).
create table shoal_clock (
  id integer primary key check (id = 1),
  ms integer not null,
  counter integer not null
);
insert into shoal_clock values (1, 0, 0);

-- Devices whose clocks ran ahead of ours, with the stamp that came and our clock then (CLK-4).
create table shoal_skews (
  device text primary key,
  their_ms integer not null,
  our_ms integer not null
) without rowid;

-- The merged state of every record ever heard of, tombstones included, for good (MRG-1, MRG-4).
create table shoal_records (
  model text not null,
  uuid text not null,
  version text not null,
  payload blob not null,
  schema_version integer not null,
  primary key (model, uuid)
) without rowid;

-- What is to be shipped to the log (CHG-7, CHG-8). Payload and version stand here for log-based models only; a version of
-- one dot not even there. Ids may come again: a row is told by its dot.
create table shoal_outbox (
  id integer primary key,
  model text not null,
  uuid text not null,
  dot text not null,
  change text not null,
  version text,
  payload blob,
  scope text,
  rank integer not null,
  wall_ms integer not null,
  trace_parents text,
  transaction_stamp text not null
);
create index shoal_outbox_record on shoal_outbox (model, uuid);

-- Records that are alive and not shown, with the reason (DEP-3).
create table shoal_parked (
  model text not null,
  uuid text not null,
  reason text not null,
  field text,
  target_model text,
  target_uuid text,
  since_ms integer not null,
  local_row text,
  primary key (model, uuid)
) without rowid;
create index shoal_parked_target on shoal_parked (target_model, target_uuid);
create index shoal_parked_reason on shoal_parked (reason);

-- References of shown records whose target is not shown: they show null (DEP-3).
create table shoal_nulled (
  model text not null,
  uuid text not null,
  field text not null,
  target_model text not null,
  target_uuid text not null,
  primary key (model, uuid, field)
) without rowid;
create index shoal_nulled_target on shoal_nulled (target_model, target_uuid);
create index shoal_nulled_field on shoal_nulled (model, field);

-- The unique values of records that are alive, as merged, whether shown or not (MRG-7).
create table shoal_unique_values (
  model text not null,
  uuid text not null,
  constraint_name text not null,
  value text not null,
  stamp text not null,
  primary key (model, uuid, constraint_name)
) without rowid;
create index shoal_unique_values_value on shoal_unique_values (model, constraint_name, value, stamp, uuid);

-- Rows without a UUID that are to be synced once what they refer to has a name (CHG-9).
create table shoal_skipped (
  id integer primary key autoincrement,
  model text not null,
  row_id integer not null,
  uuid text not null,
  field text not null,
  since_ms integer not null
);

-- Who watches this library, in whichever process, and until when it said so last; nobody is noted anything for longer.
create table shoal_watchers (
  id text primary key,
  until_ms integer not null
) without rowid;

-- What changed in the view while somebody watched, the newest; the numbers go on for ever.
create table shoal_changes (
  number integer primary key autoincrement,
  model text not null,
  uuid text not null,
  change text not null,
  fields text not null,
  device text not null
);

-- How far ingest has applied which log (ING-2).
create table shoal_cursor (
  id integer primary key check (id = 1),
  log_id text not null,
  applied_seq integer not null,
  applied_entries integer not null,
  -- The life of the log-store that it was read in (REP-6).
  life text
);

-- What ingest passed over of that log without applying it (LOG-3); the record, where it is refused or unknown.
create table shoal_exceptions (
  log_id text not null,
  seq integer not null,
  model text,
  uuid text,
  primary key (log_id, seq)
) without rowid;

-- What this library remembers of its log (REP-6): the one that covers every record, and up to where it shipped to which.
create table shoal_log (
  id integer primary key check (id = 1),
  whole_log_id text,
  shipped_log_id text,
  shipped_life text,
  shipped_seq integer
);
insert into shoal_log (id) values (1);

-- Where in its log lies what this library shipped, as far as ingest has not passed it.
create table shoal_shipped (
  id integer primary key,
  log_id text not null,
  -- The life of the log-store that numbered it (REP-6).
  life text not null,
  from_seq integer not null,
  to_seq integer not null
);

-- The conflict journal: what met on this device, and what became of it (MRG-8). Settled: open no more.
create table shoal_conflicts (
  id integer primary key autoincrement,
  model text not null,
  uuid text not null,
  kind text not null,
  field text,
  winner text,
  -- All values that met, under their dots, as a record's payload.
  content blob not null,
  -- The state of a deleted record that was seen last, alike: what the delete took away stands nowhere else (MRG-4).
  known blob,
  since_ms integer not null,
  settled_ms integer,
  -- The change that settled it; null where that was one of another record.
  settled_by text
);
create index shoal_conflicts_record on shoal_conflicts (model, uuid);
create index shoal_conflicts_open on shoal_conflicts (id) where settled_ms is null;
create index shoal_conflicts_settled on shoal_conflicts (settled_ms, id) where settled_ms is not null;

-- Entries that could not be applied, with the reason (ING-3); of one that was discarded, only that it was.
create table shoal_quarantine (
  id integer primary key autoincrement,
  -- Where it was met last.
  log_id text not null,
  seq integer not null,
  model text not null,
  uuid text not null,
  device text not null,
  dot text not null,
  version text not null,
  code text not null,
  message text not null,
  -- Of header and sealed payload: copies differ in what is damaged.
  digest blob not null unique,
  entry blob,
  bytes integer not null,
  attempts integer not null,
  since_ms integer not null,
  -- When it is tried again by itself; null: it is not.
  retry_ms integer,
  discarded_ms integer
);
create index shoal_quarantine_record on shoal_quarantine (model, uuid);
create index shoal_quarantine_retry on shoal_quarantine (retry_ms) where retry_ms is not null;
create index shoal_quarantine_discarded on shoal_quarantine (discarded_ms) where discarded_ms is not null;
`;
