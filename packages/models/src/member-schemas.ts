import { knownSchemas, parseSchemas, type Registry, type SchemaVersions, schemasToWrite } from '@shoal/core';
import type { Sqlite } from '@shoal/library';

/**
 * The versions that a writer of a library writes: of each model the lowest that all devices of the library know, by what
 * their records say (DEP-5). To be given as `schemas` to whoever opens the library for writing. A device that is away
 * counts as long as its record is there; one that announces nothing holds back nothing.
 */
export function memberSchemas(db: Sqlite, registry: Registry): () => SchemaVersions {
  const announced = db
    .prepare<[], string>('select distinct schemas from devices where schemas is not null order by schemas')
    .pluck();
  const own = knownSchemas(registry);
  let last: { readonly texts: string; readonly schemas: SchemaVersions } | undefined;
  return () => {
    const texts = announced.all();
    const joined = texts.join('\n');
    if (last?.texts !== joined)
      last = { texts: joined, schemas: schemasToWrite(own, texts.map(parseSchemas)) };
    return last.schemas;
  };
}
