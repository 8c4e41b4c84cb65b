import Database from 'better-sqlite3';

/** What a sync.db does not hold as it must. For `isStructuralDamage`, and for people by its message. */
export function structuralDamage(db: Database.Database, found: string): Error {
  return new Database.SqliteError(`${db.name}: ${found}`, 'SQLITE_CORRUPT');
}

/**
 * Whether an error, or what caused it, says that a file is damaged beyond single entries: by SQLite's word or by ours.
 * No statement on it can be relied on any more (LOG-1).
 */
export function isStructuralDamage(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    const { code } = each as { code?: unknown };
    if (typeof code === 'string' && /^SQLITE_(CORRUPT|NOTADB|FORMAT)/.test(code)) return true;
  }
  return false;
}
