import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { limits } from '@shoal/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type KeyMap, keyMap } from './key-map.ts';
import { openForWriting, type Sqlite } from './open-database.ts';

let folder: string;
let db: Sqlite;
let other: Sqlite;
let statements: number;
let nowMs: number;
let keys: KeyMap;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-'));
  db = openForWriting(join(folder, 'x.db'));
  db.exec('create table things (id integer primary key, uuid text unique)');
  other = openForWriting(join(folder, 'x.db'));
  statements = 0;
  nowMs = 0;
  keys = keyMap(counting(db), () => nowMs);
});

afterEach(() => {
  other.close();
  db.close();
  rmSync(folder, { recursive: true });
});

const uuid = (index: number) => `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`;
const add = (to: Sqlite, id: number) => to.prepare('insert into things values (?, ?)').run(id, uuid(id));

/** The connection, counting the statements that are run on its tables. */
function counting(real: Sqlite): Sqlite {
  const counted = (target: object): object =>
    new Proxy(target, {
      get(of, name) {
        const value = Reflect.get(of, name, of) as unknown;
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          if (name === 'get' || name === 'all' || name === 'run') statements++;
          const result: unknown = Reflect.apply(value, of, args);
          if (String(args[0]).startsWith('pragma')) return result;
          return name === 'pluck' || name === 'prepare' ? counted(result as object) : result;
        };
      },
    });
  return counted(real) as Sqlite;
}

describe('the map of local keys', () => {
  test('[S2-07] a key is looked up once, either way', () => {
    add(db, 1);
    keys.refresh();
    expect([keys.idOf('things', uuid(1)), keys.idOf('things', uuid(1))]).toEqual([1, 1]);
    expect(keys.uuidOf('things', 1)).toBe(uuid(1));
    expect(statements).toBe(1);
  });

  test('[S2-07] a thousand keys take two statements, those that are not there among them, and new ones one', () => {
    db.exec('begin');
    for (let id = 1; id <= 1_000; id += 2) add(db, id);
    db.exec('commit');
    const uuids = Array.from({ length: 1_000 }, (_, index) => uuid(index + 1));
    keys.refresh();
    keys.loadUuids('things', uuids);
    keys.loadUuids('things', uuids.slice(0, 1));
    const ids = uuids.map((each) => keys.idOf('things', each));
    expect(ids).toEqual(uuids.map((_, index) => (index % 2 === 0 ? index + 1 : undefined)));
    expect(statements).toBe(2);
    const more = uuids.map((_, index) => uuid(index + 1_001));
    keys.loadUuids('things', more);
    expect(more.map((each) => keys.idOf('things', each))).toEqual(more.map(() => undefined));
    expect(statements).toBe(3);
  });

  test('[S2-55] a key is forgotten after 60 s', () => {
    add(db, 1);
    keys.refresh();
    keys.idOf('things', uuid(1));
    nowMs = limits.keyCacheMs - 1;
    keys.refresh();
    keys.idOf('things', uuid(1));
    expect(statements).toBe(1);
    nowMs = limits.keyCacheMs;
    keys.refresh();
    keys.idOf('things', uuid(1));
    expect(statements).toBe(2);
  });

  test('[S2-55] keys are forgotten with the commit of another connection', () => {
    add(db, 1);
    keys.refresh();
    keys.idOf('things', uuid(1));
    other.prepare('update things set id = 5').run();
    keys.refresh();
    expect(keys.idOf('things', uuid(1))).toBe(5);
    expect(keys.uuidOf('things', 1)).toBeUndefined();
  });

  test('[S2-55] what was not there is looked up again in the next piece of work', () => {
    keys.refresh();
    keys.loadUuids('things', [uuid(1)]);
    add(db, 1);
    expect(keys.idOf('things', uuid(1))).toBeUndefined();
    keys.refresh();
    expect(keys.idOf('things', uuid(1))).toBe(1);
  });

  test('a key that was set in a transaction that is rolled back is forgotten', () => {
    keys.set('things', uuid(1), 1);
    keys.forget();
    expect(keys.idOf('things', uuid(1))).toBeUndefined();
    expect(keys.uuidOf('things', 1)).toBeUndefined();
  });

  test('a key that was removed is not there, either way', () => {
    keys.set('things', uuid(1), 1);
    keys.remove('things', uuid(1));
    expect(keys.idOf('things', uuid(1))).toBeUndefined();
    expect(keys.uuidOf('things', 1)).toBeUndefined();
  });

  test('the number of keys is bounded', () => {
    for (let id = 1; id <= limits.keyCacheMax + 1; id++) keys.set('things', uuid(id), id);
    expect(keys.uuidOf('things', limits.keyCacheMax + 1)).toBe(uuid(limits.keyCacheMax + 1));
    expect(keys.uuidOf('things', 1)).toBeUndefined();
  });
});

test('[S2-52] what was known and what had to be looked up is counted', () => {
  add(db, 1);
  for (let time = 0; time < 3; time += 1) keys.idOf('things', uuid(1));
  keys.uuidOf('things', 1);
  keys.uuidOf('things', 2);
  expect(keys.lookups()).toEqual({ hits: 3, misses: 2 });
});
