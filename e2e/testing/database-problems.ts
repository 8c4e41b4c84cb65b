import { DatabaseSync } from 'node:sqlite';

/** What SQLite finds wrong with a database file, beside those who have it open; empty if nothing is. */
export function databaseProblems(path: string): string[] {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const found = db.prepare('pragma integrity_check').all();
    const rows = found.map((row) => `${path}: ${String(row.integrity_check)}`);
    const loose = db.prepare('pragma foreign_key_check').all();
    return [
      ...rows.filter((row) => !row.endsWith(': ok')),
      ...loose.map((row) => `${path}: ${JSON.stringify(row)}`),
    ];
  } finally {
    db.close();
  }
}
