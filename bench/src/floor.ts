import { join } from 'node:path';
import { migrateLibrary } from '@shoal/library';
import { migrations } from '@shoal/models';
import { tempFolder } from '@shoal/testkit';
import Database from 'better-sqlite3';
import { inTransactions, type TagRow } from './rows.ts';

const columns = [
  'canonical_name',
  'display_name',
  'namespace',
  'tag_type',
  'privacy_level',
  'search_weight',
  'color',
  'icon',
  'created_by_device_id',
];

/**
 * What the same rows cost without any sync: bare prepared statements into so many SQLite files of the same schema and
 * indexes, WAL, synchronous NORMAL, 1,000 rows per transaction. In ms; opening the files is not counted.
 */
export async function floorMs(tags: readonly TagRow[], files: number): Promise<number> {
  const folder = await tempFolder('floor');
  const writers = [];
  for (let file = 0; file < files; file++) writers.push(await openFloor(join(folder.path, `${file}.db`)));
  const rows = inTransactions(tags.map(({ id, fields }) => [id, '', ...fields.values()]));
  const startedMs = performance.now();
  for (const { write } of writers) for (const batch of rows) write(batch);
  const ms = performance.now() - startedMs;
  for (const { db } of writers) db.close();
  await folder.remove();
  return ms;
}

async function openFloor(path: string) {
  await migrateLibrary(path, migrations);
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.pragma('foreign_keys = ON');
  const names = ['uuid', 'version', ...columns];
  const insert = db.prepare(
    `insert into tags (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`,
  );
  const write = db.transaction((batch: readonly unknown[][]) => {
    for (const row of batch) insert.run(...row);
  });
  return { db, write };
}
