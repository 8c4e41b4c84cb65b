import { createRegistry, lifeId, type ReplicaId } from '@shoal/core';
import { randomLife } from '../crypto/record-ids.ts';
import type { LibraryOptions } from '../library-options.ts';
import { keepNames } from '../model/keep-names.ts';
import { clockStore } from '../store/clock-store.ts';
import { type LibraryStore, libraryStore } from '../store/library-store.ts';
import type { Sqlite } from '../store/open-database.ts';
import { outboxStore } from '../store/outbox-store.ts';
import type { CaptureContext } from './capture-writes.ts';

/** What captures on one connection share. Throws `invalid-model` for models that the library cannot keep. */
export function captureContext(
  options: LibraryOptions,
  db: Sqlite,
): CaptureContext & { store: LibraryStore } {
  const readWall = options.wallMs ?? Date.now;
  // No write is refused for a clock (CLK-4): one that shows what no entry could carry is read as zero.
  const wallMs = () => (Number.isSafeInteger(readWall()) ? Math.max(0, readWall()) : 0);
  const registry = createRegistry(options.models.map(({ spec }) => spec));
  keepNames(db, options.models);
  return {
    store: libraryStore({
      db,
      registry,
      models: options.models,
      wallMs,
    }),
    clock: clockStore(db),
    outbox: outboxStore(db),
    libraryId: options.libraryId,
    device: options.device,
    replica: lifeId<ReplicaId>(options.device, randomLife()),
    wallMs,
    ...(options.schemas && { schemas: options.schemas(db, registry) }),
  };
}
