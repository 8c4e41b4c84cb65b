import {
  freshRecordId,
  keyRing,
  migrateLibrary,
  openTransactionManager,
  type TransactionManager,
} from '@shoal/library';
import { localEntities, migrations, models, TagEntity } from '@shoal/models';
import { type Home, listLibraries } from '@shoal/service-kit';

/** A program that writes into a device's library.db by entities, whatever of the device runs. */
export interface EmbeddedWriter {
  /** Commits a tag; returns its UUID. */
  writeTag(name: string): Promise<string>;
  /** Writes whatever else. */
  readonly transactional: TransactionManager['transactional'];
  close(): Promise<void>;
}

/** Opens the one library of a home. The device may never have run: then the file is made. */
export async function embeddedWriter(home: Home): Promise<EmbeddedWriter> {
  const [library] = await listLibraries(home.paths);
  const { libraryId, keys, currentKey, paths } = library!;
  await migrateLibrary(paths.libraryDb, migrations);
  const manager = await openTransactionManager({
    path: paths.libraryDb,
    libraryId,
    device: home.config.deviceId,
    ring: keyRing(keys, currentKey),
    models,
    migrations,
    localEntities,
  });
  return {
    writeTag: async (name) => {
      const uuid = freshRecordId(Date.now());
      await manager.transactional(async (em) => {
        em.create(TagEntity, { uuid, canonicalName: name }, { persist: true });
      });
      return uuid;
    },
    transactional: (work) => manager.transactional(work),
    close: () => manager.close(),
  };
}
