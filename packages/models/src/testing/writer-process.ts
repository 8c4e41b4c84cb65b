import { freshRecordId, type LibraryOptions, openLibrary, openTransactionManager } from '@shoal/library';
import { migrations, models, TagEntity } from '../index.ts';

/** Test support: a process that writes tags into a library as fast as it can, by both doors. */
const [path, device, libraryId, prefix, count] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const options = {
  path,
  device,
  libraryId,
  ring: { currentKeyId: 1, keysById: new Map([[1, Buffer.alloc(32, 7)]]) },
  models,
  migrations,
} as unknown as LibraryOptions;

const library = openLibrary(options);
const manager = await openTransactionManager(options);
for (let index = 0; index < Number(count); index++) {
  const fields = new Map([['canonical_name', `${prefix}-${index}`]]);
  await library.write([
    { kind: 'put', ref: { model: 'tag', id: freshRecordId(Date.now()) } as never, fields, seen: null },
  ]);
  await manager.transactional(async (em) => {
    const first = await em.findOne(TagEntity, { canonicalName: `${prefix}-${index}` });
    em.create(
      TagEntity,
      { uuid: freshRecordId(Date.now()), canonicalName: `${first?.canonicalName}-again` },
      { persist: true },
    );
  });
}
await manager.close();
library.close();
