import { asShoalError, type ModelName, type RecordId, type Value } from '@shoal/core';
import type { Library } from '@shoal/library';
import type { Log } from '@shoal/service-kit';
import { changePatterns, formatPatterns, parsePatterns } from './index/ignore-patterns.ts';
import type { IgnoreSettings } from './index/ignore-rules.ts';
import type { Indexer } from './index/indexer.ts';
import type { LocationRow } from './store/location-rows.ts';

/** What a caller wants changed; what is absent stays as it is. */
export interface IgnoreChange {
  readonly add: readonly string[];
  readonly remove: readonly string[];
  readonly isDefault?: boolean | undefined;
}

/** Keeps the indexer to what the records of locations say of what is no entry. */
export interface LocationIgnores {
  /** Begins to index a location by its record. Throws as `Indexer.addLocation` does. */
  start(row: LocationRow): Promise<void>;
  /** Goes on by the record as it is now; for a location that was started. A record that says nothing sound changes nothing. */
  follow(row: LocationRow): Promise<void>;
  forget(key: number): void;
  /** Throws what is wrong with the record of a location that could not even be started. */
  requireStarted(row: LocationRow): void;
  /** Why the record of a location is not followed; null where it is. */
  refusal(key: number): string | null;
}

/** No location yet. */
export function createLocationIgnores(indexer: Indexer, log: Log): LocationIgnores {
  const followedByKey = new Map<number, string>();
  const refusalByKey = new Map<number, string>();

  const take = async (row: LocationRow) => {
    followedByKey.set(row.key, textOf(row));
    const ignores = read(row);
    if (ignores === null) return;
    if (indexer.status(row.key) === null) {
      await indexer.addLocation({ key: row.key, path: row.path, ignores });
    } else indexer.setIgnores(row.key, ignores);
  };

  /** Null: what was held to goes on, and what was never started is not: it would index what is to be left out. */
  const read = (row: LocationRow): IgnoreSettings | null => {
    try {
      const ignores = ignoresOf(row);
      refusalByKey.delete(row.key);
      return ignores;
    } catch (error) {
      const { code, message } = asShoalError(error);
      refusalByKey.set(row.key, message);
      // The message names the pattern, which is a value: the status tells it.
      log.warn({ location: row.id, code }, 'the patterns of a location are not followed');
      return null;
    }
  };

  return {
    start: take,
    async follow(row) {
      const followed = followedByKey.get(row.key);
      if (followed !== undefined && followed !== textOf(row)) await take(row);
    },
    forget(key) {
      followedByKey.delete(key);
      refusalByKey.delete(key);
    },
    requireStarted(row) {
      if (indexer.status(row.key) === null) ignoresOf(row);
    },
    refusal: (key) => refusalByKey.get(key) ?? null,
  };
}

/** What the record of a location says. Throws `invalid-argument` for a pattern that none may have. */
export function ignoresOf(row: Pick<LocationRow, 'defaultIgnores' | 'ignorePatterns'>): IgnoreSettings {
  return { isDefault: row.defaultIgnores === 1, patterns: parsePatterns(row.ignorePatterns) };
}

/**
 * Writes a change into the record of a location, if it changes anything. `find` is asked within the transaction. Throws
 * as `changePatterns` does; nothing is written then.
 */
export async function writeIgnores(
  library: Library,
  find: () => LocationRow,
  { add, remove, isDefault }: IgnoreChange,
): Promise<void> {
  await library.transaction((transaction) => {
    const row = find();
    const patterns = formatPatterns(changePatterns(row.ignorePatterns, { add, remove }));
    const fields = new Map<string, Value>();
    if (patterns !== row.ignorePatterns) fields.set('ignore_patterns', patterns);
    if (isDefault !== undefined && isDefault !== (row.defaultIgnores === 1)) {
      fields.set('default_ignores', isDefault);
    }
    if (fields.size === 0) return;
    const ref = { model: 'location' as ModelName, id: row.id as RecordId };
    transaction.capture([{ kind: 'put', ref, fields, seen: null }]);
  });
}

function textOf({ defaultIgnores, ignorePatterns }: LocationRow): string {
  return `${defaultIgnores}\n${ignorePatterns}`;
}
