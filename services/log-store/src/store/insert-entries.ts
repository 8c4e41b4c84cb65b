import type Database from 'better-sqlite3';

/** Rows of one statement: its call costs a third of what a row does, and with more of them nothing more is saved. */
const rowsAtOnce = 16;

const columns = [
  'seq',
  'stream_id',
  'origin_seq',
  'group_first',
  'group_last',
  'predecessor',
  'model',
  'record_id',
  'is_history',
  'is_head',
  'header',
  'sealed',
  'signature',
  'chain',
  'checksum',
];

/** What a row of `entries` binds, in the order of its columns. */
export type NewEntryRow = readonly unknown[];

/** Rows that are written some by one statement. */
export interface InsertEntries {
  /** Runs `work`, which adds rows: all of them are there when it returns, none when it throws, but for what was flushed. */
  during<T>(work: () => T): T;
  /** Adds a row: at once, or within `during` with others. */
  add(row: NewEntryRow): void;
  /** What was added is there, for whoever reads. */
  flush(): void;
}

/** Prepares the statements on `db`. */
export function insertEntries(db: Database.Database): InsertEntries {
  const row = `(${columns.map(() => '?').join(', ')})`;
  const into = `insert into entries (${columns.join(', ')}) values`;
  const one = db.prepare(`${into} ${row}`);
  const some = db.prepare(`${into} ${Array(rowsAtOnce).fill(row).join(', ')}`);
  let waiting: NewEntryRow[] = [];
  let isTogether = false;

  function flush(): void {
    const rows = waiting;
    waiting = [];
    if (rows.length === rowsAtOnce) some.run(rows.flat());
    else for (const each of rows) one.run(each);
  }

  return {
    during(work) {
      isTogether = true;
      try {
        const result = work();
        flush();
        return result;
      } finally {
        isTogether = false;
        waiting = [];
      }
    },
    add(added) {
      waiting.push(added);
      if (!isTogether || waiting.length === rowsAtOnce) flush();
    },
    flush,
  };
}
