import { freshRecordId, type SyncedLibrary } from '@shoal/embed';
import { DeviceEntity, EntryEntity, LocationEntity, TagEntity } from '@shoal/models';

/** Entities alone: what an entity manager flushes is captured in the same transaction. */
export async function renameTag(shoal: SyncedLibrary, from: string, to: string) {
  await shoal.transactional(async (em) => {
    const tag = await em.findOneOrFail(TagEntity, { canonicalName: from });
    tag.canonicalName = to;
    em.create(TagEntity, { uuid: freshRecordId(Date.now()), canonicalName: `was-${from}` });
  });
}

/** One record that refers to no other. */
export async function createTag(shoal: SyncedLibrary, canonicalName: string) {
  const tag = shoal.fork().create(TagEntity, { canonicalName }, { persist: false });
  await shoal.syncModel(tag, 'insert');
  return tag;
}

/** One record that refers to others: they are looked up in the transaction that writes it. */
export async function createLocation(shoal: SyncedLibrary, deviceId: string, path: string) {
  return await shoal.transactional(async (em) => {
    const device = await em.findOneOrFail(DeviceEntity, { uuid: deviceId });
    const location = em.create(LocationEntity, { name: 'music', path, device }, { persist: false });
    await shoal.syncModelWithDb(location, 'insert', em);
    return location.id;
  });
}

/** Many records: a thousand in a transaction, and in a message. */
export async function createEntries(shoal: SyncedLibrary, locationId: number, names: readonly string[]) {
  const em = shoal.fork();
  const location = em.getReference(LocationEntity, locationId);
  const entries = names.map((name) =>
    em.create(EntryEntity, { name, kind: 'file', location }, { persist: false }),
  );
  return await shoal.syncModelsBatch(entries, 'insert', em);
}
