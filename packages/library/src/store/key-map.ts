import { limits } from '@shoal/core';
import { type IdRange, idRange, rangeMin } from './id-range.ts';
import type { Sqlite } from './open-database.ts';

/** Local integer keys by UUID and back, per table (S2-07). */
export interface KeyMap {
  /** Call before work within a transaction: what another connection wrote since is forgotten. */
  refresh(): void;
  /** Call before what was not there is relied on: rows of this connection can come into being without us. */
  forgetAbsent(): void;
  /** Call when a transaction was rolled back: what it wrote is not there. */
  forget(): void;
  idOf(table: string, uuid: string): number | undefined;
  uuidOf(table: string, id: number): string | undefined;
  /** Looks many up in one statement, so that `idOf` answers from the cache until the next `refresh`, also of none. */
  loadUuids(table: string, uuids: readonly string[]): void;
  set(table: string, uuid: string, id: number): void;
  remove(table: string, uuid: string): void;
  /** How often a key was known, and how often it had to be looked up, since this was opened (S2-52). */
  lookups(): KeyLookups;
}

export interface KeyLookups {
  readonly hits: number;
  readonly misses: number;
}

interface TableKeys {
  readonly idByUuid: Map<string, number>;
  /** Looked up and not there. */
  readonly absent: Set<string>;
  readonly uuidById: Map<number, string>;
  readonly selectId: (uuid: string) => number | undefined;
  readonly selectUuid: (id: number) => string | undefined;
  readonly selectByUuids: (uuids: readonly string[]) => { id: number; uuid: string }[];
  readonly isAnyBetween: (range: IdRange) => boolean;
}

/**
 * A cache over the tables' own keys, bounded in number and in age (60 s, S2-55). It never outlives a commit of
 * another process: SQLite's `data_version` tells.
 */
export function keyMap(db: Sqlite, now: () => number = () => performance.now()): KeyMap {
  const tables = new Map<string, TableKeys>();
  const selectDataVersion = db.prepare<[], number>('pragma data_version').pluck();
  let dataVersion = -1;
  let filledMs = now();
  let hits = 0;
  let misses = 0;

  function keysOf(table: string): TableKeys {
    let keys = tables.get(table);
    if (keys === undefined) {
      keys = prepareKeys(db, table);
      tables.set(table, keys);
    }
    return keys;
  }

  function remember(keys: TableKeys, uuid: string, id: number): void {
    if (keys.idByUuid.size >= limits.keyCacheMax) forget(keys);
    keys.idByUuid.set(uuid, id);
    keys.uuidById.set(id, uuid);
    keys.absent.delete(uuid);
  }

  /** Rows of this connection can come into being without us: by entities, or by being given a UUID. */
  function forgetAbsent(): void {
    for (const { absent } of tables.values()) absent.clear();
  }

  function forgetAll(): void {
    for (const keys of tables.values()) forget(keys);
  }

  return {
    refresh() {
      forgetAbsent();
      const current = selectDataVersion.get() as number;
      if (current === dataVersion && now() - filledMs < limits.keyCacheMs) return;
      dataVersion = current;
      filledMs = now();
      forgetAll();
    },
    forgetAbsent,
    forget: forgetAll,
    idOf(table, uuid) {
      const keys = keysOf(table);
      const known = keys.idByUuid.get(uuid);
      if (known !== undefined || keys.absent.has(uuid)) {
        hits += 1;
        return known;
      }
      misses += 1;
      const id = keys.selectId(uuid);
      if (id !== undefined) remember(keys, uuid, id);
      return id;
    },
    uuidOf(table, id) {
      const keys = keysOf(table);
      const known = keys.uuidById.get(id);
      if (known !== undefined) {
        hits += 1;
        return known;
      }
      misses += 1;
      const uuid = keys.selectUuid(id);
      if (uuid !== undefined) remember(keys, uuid, id);
      return uuid;
    },
    loadUuids(table, uuids) {
      const keys = keysOf(table);
      const missing = uuids.filter((uuid) => !keys.idByUuid.has(uuid));
      if (missing.length === 0) return;
      for (const uuid of missing) keys.absent.add(uuid);
      if (missing.length >= rangeMin && !keys.isAnyBetween(idRange(missing))) return;
      for (const { uuid, id } of keys.selectByUuids(missing)) remember(keys, uuid, id);
    },
    set: (table, uuid, id) => remember(keysOf(table), uuid, id),
    remove(table, uuid) {
      const keys = keysOf(table);
      const id = keys.idByUuid.get(uuid);
      keys.idByUuid.delete(uuid);
      if (id !== undefined) keys.uuidById.delete(id);
    },
    lookups: () => ({ hits, misses }),
  };
}

function prepareKeys(db: Sqlite, table: string): TableKeys {
  const selectId = db.prepare<[string], number>(`select id from ${table} where uuid = ?`).pluck();
  const selectUuid = db.prepare<[number], string>(`select uuid from ${table} where id = ?`).pluck();
  const byUuids = db.prepare<[string], { id: number; uuid: string }>(
    `select id, uuid from ${table} where uuid in (select value from json_each(?))`,
  );
  const between = db
    .prepare<[string, string], number>(`select 1 from ${table} where uuid between ? and ? limit 1`)
    .pluck();
  return {
    idByUuid: new Map(),
    absent: new Set(),
    uuidById: new Map(),
    selectId: (uuid) => selectId.get(uuid) as number | undefined,
    selectUuid: (id) => (selectUuid.get(id) as string | null | undefined) ?? undefined,
    isAnyBetween: ({ first, last }) => between.get(first, last) !== undefined,
    selectByUuids(uuids) {
      const [uuid] = uuids;
      if (uuids.length > 1 || uuid === undefined) return byUuids.all(JSON.stringify(uuids));
      const id = selectId.get(uuid) as number | undefined;
      return id === undefined ? [] : [{ id, uuid }];
    },
  };
}

function forget(keys: TableKeys): void {
  keys.idByUuid.clear();
  keys.absent.clear();
  keys.uuidById.clear();
}
