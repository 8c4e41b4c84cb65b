import type { ModelName } from '../ids.ts';
import { limits } from '../limits.ts';
import type { SchemaVersions } from './schema-versions.ts';

/** What a member announces, as text: equal for equal versions (DEP-5). */
export function formatSchemas(schemas: SchemaVersions): string {
  return JSON.stringify(Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))));
}

/**
 * Reads what another member announced. It is foreign text: what is no version is left out, of more models than
 * `announcedModelsMax` nothing is taken, and nothing throws, as no device may stop the writes of another by it (SEC-5).
 */
export function parseSchemas(text: string): SchemaVersions {
  const entries = Object.entries(parseObject(text));
  if (entries.length > limits.announcedModelsMax) return new Map();
  const isVersion = (entry: [string, unknown]): entry is [ModelName, number] =>
    Number.isSafeInteger(entry[1]) && Number(entry[1]) >= 1;
  return new Map(entries.filter(isVersion));
}

function parseObject(text: string): object {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
