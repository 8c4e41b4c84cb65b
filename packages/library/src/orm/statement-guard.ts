import { AsyncLocalStorage } from 'node:async_hooks';
import { ShoalError } from '@shoal/core';

/** Refuses statements that would write synced tables past the capture (S4-01). */
export interface StatementGuard {
  /** Runs a flush: its statements are captured, so they may write what they like. */
  withinFlush<T>(work: () => T): T;
  /** Throws `not-captured` for a statement that writes a synced table outside of a flush. */
  check(text: string): void;
}

/** How much of a statement is read: its verb and its table stand at its beginning, values may follow for megabytes. */
const readCharsMax = 4_096;

/** Statements whose answer is remembered; a program has a few. */
const knownMax = 500;

const writing =
  /\b(?:insert\s+(?:or\s+\w+\s+)?into|replace\s+into|update(?:\s+or\s+\w+)?|delete\s+from)\s+(?:\w+\.)?["`[]?(\w+)/gi;

/** What stands in a statement as a value is no part of it; the last one may be cut off. */
const texts = /'(?:[^']|'')*(?:'|$)/g;

/** The guard of the tables of one library; `nameByTable` says which model each is. */
export function statementGuard(nameByTable: ReadonlyMap<string, string>): StatementGuard {
  const flushing = new AsyncLocalStorage<true>();
  const writtenByText = new Map<string, string | null>();

  function writtenBy(text: string): string | null {
    const known = writtenByText.get(text);
    if (known !== undefined) return known;
    const names = [...text.slice(0, readCharsMax).replace(texts, "''").matchAll(writing)].map(([, table]) =>
      String(table).toLowerCase(),
    );
    const table = names.find((name) => nameByTable.has(name)) ?? null;
    if (writtenByText.size >= knownMax) writtenByText.clear();
    if (text.length <= readCharsMax) writtenByText.set(text, table);
    return table;
  }

  return {
    withinFlush: (work) => flushing.run(true, work),
    check(text) {
      if (flushing.getStore() === true) return;
      const table = writtenBy(text);
      if (table !== null) throw notCaptured(nameByTable.get(table)!, `a statement that writes "${table}"`);
    },
  };
}

/** A write of a synced model that no capture would see, and what to write instead. */
export function notCaptured(model: string, what: string): ShoalError {
  return new ShoalError(
    'not-captured',
    `${what} would not be synced: change entities of ${model} and flush, or call syncModel, syncModelWithDb or syncModelsBatch`,
    { model },
  );
}
