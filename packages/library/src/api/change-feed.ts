import { randomUUID } from 'node:crypto';
import { limits } from '@shoal/core';
import type { NumberedChange } from '../store/change-store.ts';
import { openForReading, type Sqlite } from '../store/open-database.ts';
import { inTransaction } from '../store/write-lock.ts';

/** Hears of what changed in a library, whoever changed it. */
export interface ChangeListener {
  /** In the order of their numbers. */
  changed(changes: readonly NumberedChange[]): void;
  /** Something may have been missed; what is read from now on is followed. */
  gap(): void;
  /** It is over: the library was closed, or cannot be followed any more. */
  ended(failure?: { readonly error: unknown }): void;
}

/**
 * Follows the changes of one library's view that any process commits, as long as somebody listens: these are noted in the
 * library itself, so a lost hint costs time and never a change.
 */
export interface ChangeFeed {
  /** Tells of each commit from soon on; a gap says from when. Returns how to stop. */
  listen(listener: ChangeListener): () => void;
  /** There may be something: looks at once. */
  look(): void;
  close(): Promise<void>;
}

/** Changes that are read at once. */
const pageMax = 1_000;

/** A feed of the library at `path`; `db` is a connection that may write it. */
export function changeFeed(options: {
  readonly path: string;
  readonly db: Sqlite;
  readonly wallMs: () => number;
  readonly pollMs?: number;
}): ChangeFeed {
  const { db, wallMs, pollMs = limits.changesPollMs } = options;
  const id = randomUUID();
  const listeners = new Set<ChangeListener>();
  const fresh = new Set<ChangeListener>();
  let source: Source | undefined;
  let renewedMs = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();
  let isClosed = false;

  /** One look after the other: a commit during one is seen by the next. */
  function lookSoon(): void {
    clearTimeout(timer);
    turn = turn.then(lookOnce).catch((error: unknown) => end({ error }));
  }

  async function lookOnce(): Promise<void> {
    if (isClosed) return;
    if (listeners.size === 0) {
      await leave();
      return;
    }
    source ??= openSource(options.path);
    if (performance.now() - renewedMs > limits.watcherMs / 3) await renew(source);
    welcome();
    tell(source);
    clearTimeout(timer);
    // Who listens waits for it: a program that does nothing else goes on.
    timer = setTimeout(lookSoon, pollMs);
  }

  async function renew({ position, seek }: Source): Promise<void> {
    const wasAway = performance.now() - renewedMs > limits.watcherMs;
    await inTransaction(db, () => {
      const nowMs = wallMs();
      db.prepare('delete from shoal_watchers where until_ms <= ?').run(nowMs);
      db.prepare('insert or replace into shoal_watchers (id, until_ms) values (?, ?)').run(
        id,
        nowMs + limits.watcherMs,
      );
    });
    renewedMs = performance.now();
    // Nobody noted anything for us meanwhile: this process slept, or begins.
    if (!wasAway) return;
    seek(Math.max(position(), lastNumber(db)));
    for (const listener of listeners) if (!fresh.has(listener)) listener.gap();
  }

  function welcome(): void {
    for (const listener of fresh) listener.gap();
    fresh.clear();
  }

  function tell({ next, hasMissed }: Source): void {
    if (hasMissed()) for (const listener of listeners) listener.gap();
    for (let page = next(); page.length > 0; page = next())
      for (const listener of listeners) listener.changed(page);
  }

  async function leave(): Promise<void> {
    clearTimeout(timer);
    source?.close();
    source = undefined;
    renewedMs = Number.NEGATIVE_INFINITY;
    await inTransaction(db, () => {
      db.prepare('delete from shoal_watchers where id = ?').run(id);
      db.exec('delete from shoal_changes where not exists (select 1 from shoal_watchers)');
    });
  }

  function end(failure?: { readonly error: unknown }): void {
    const told = [...listeners];
    listeners.clear();
    fresh.clear();
    for (const listener of told) listener.ended(failure);
  }

  return {
    listen(listener) {
      if (isClosed) {
        listener.ended();
        return () => {};
      }
      listeners.add(listener);
      fresh.add(listener);
      lookSoon();
      return () => {
        listeners.delete(listener);
        fresh.delete(listener);
        if (listeners.size === 0) lookSoon();
      };
    },
    look() {
      if (listeners.size > 0) lookSoon();
    },
    async close() {
      end();
      if (source !== undefined) lookSoon();
      await turn;
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

/** Where a feed stands, on a connection of its own that sees what is committed. */
interface Source {
  position(): number;
  seek(number: number): void;
  /** What follows, and goes behind it; empty where nothing does. */
  next(): NumberedChange[];
  /** Whether what follows is no longer there. */
  hasMissed(): boolean;
  close(): void;
}

function openSource(path: string): Source {
  const db = openForReading(path);
  const select = db.prepare<
    [number, number],
    { number: number; model: string; uuid: string; change: string; fields: string; device: string }
  >('select * from shoal_changes where number > ? order by number limit ?+0');
  const first = db.prepare<[], number | null>('select min(number) from shoal_changes').pluck();
  let at = 0;
  return {
    position: () => at,
    seek(number) {
      at = number;
    },
    next() {
      const rows = select.all(at, pageMax);
      at = rows.at(-1)?.number ?? at;
      return rows.map(
        ({ number, model, uuid, change, fields, device }) =>
          ({
            number,
            ref: { model, id: uuid },
            change,
            fields: JSON.parse(fields),
            device,
          }) as NumberedChange,
      );
    },
    hasMissed() {
      const oldest = first.get() as number | null;
      if (oldest === null || oldest <= at + 1) return false;
      at = oldest - 1;
      return true;
    },
    close: () => db.close(),
  };
}

/** The greatest number that was ever given. */
function lastNumber(db: Sqlite): number {
  const given = db
    .prepare<[], number>("select seq from sqlite_sequence where name = 'shoal_changes'")
    .pluck()
    .get() as number | undefined;
  return given ?? 0;
}
