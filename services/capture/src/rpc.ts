import { type LibraryId, limits, type RecordId, ShoalError } from '@shoal/core';
import { decideConflict } from '@shoal/library';
import {
  type CaptureDefinition,
  type Handlers,
  uuidFromBytes,
  uuidToBytes,
  versionToWire,
  TagTarget as WireTagTarget,
} from '@shoal/proto';
import { problemOf } from '@shoal/service-kit';
import { toConflictDecision } from './decide.ts';
import { setFavorite } from './favorites.ts';
import { defaultIgnores } from './index/default-ignores.ts';
import type { SkipCounts } from './index/scan.ts';
import type { LibraryCapture } from './library-capture.ts';
import type { MetadataTarget } from './metadata-targets.ts';
import { toLocalWrites } from './mutations.ts';
import { applyTag, removeTag } from './tagging.ts';

/** The contract to calls; one implementation for gRPC and NATS. */
export function captureHandlers(
  require: (id: LibraryId) => LibraryCapture,
): Handlers<typeof CaptureDefinition> {
  const partOf = (request: { readonly libraryId: Uint8Array }) =>
    require(uuidFromBytes<LibraryId>(request.libraryId, 'library_id'));
  return {
    async write(request) {
      const { library, secret } = partOf(request);
      const written = await library.transaction((transaction) => {
        const writes = toLocalWrites(transaction, secret, request.mutations);
        transaction.capture(writes);
        // Answered in the order asked, also for a write that changed nothing.
        return writes.map(({ ref }) => ({
          ref,
          version: transaction.store.records.get(ref)?.state.version ?? new Map(),
        }));
      });
      return {
        records: written.map(({ ref, version }) => ({
          model: ref.model,
          recordId: uuidToBytes(ref.id),
          version: versionToWire(version),
        })),
      };
    },
    async addLocation(request) {
      const id = await partOf(request).locations.add(request.path, request.name, {
        isDefault: request.defaultIgnores ?? true,
        patterns: request.ignore,
      });
      return { locationId: uuidToBytes(id) };
    },
    async removeLocation(request) {
      await partOf(request).locations.remove(uuidFromBytes<RecordId>(request.locationId, 'location_id'));
      return {};
    },
    async rescanLocation(request) {
      const id = uuidFromBytes<RecordId>(request.locationId, 'location_id');
      const counts = await partOf(request).locations.rescan(id, { acceptsRoot: request.acceptNewRoot });
      const { created, updated, moved, deleted, filesRead } = counts;
      const skipped = sumOf(counts.skipped);
      const unchanged = Math.max(0, counts.entries - created - updated - moved);
      return { created, updated, moved, deleted, unchanged, skipped, hashed: filesRead };
    },
    async changeIgnores(request) {
      const id = uuidFromBytes<RecordId>(request.locationId, 'location_id');
      const { add, remove, defaultIgnores: isDefault } = request;
      const ignores = await partOf(request).locations.changeIgnores(id, { add, remove, isDefault });
      return {
        patterns: [...ignores.patterns],
        defaultIgnores: ignores.isDefault,
        defaults: [...defaultIgnores],
      };
    },
    async listVolumes(request) {
      const volumes = await partOf(request).locations.volumes();
      return {
        volumes: volumes.map(({ id, name, holder, totalCapacity, mounted, isMovable }) => ({
          volumeId: uuidToBytes(id),
          name,
          holderId: holder === null ? Buffer.alloc(0) : uuidToBytes(holder.device),
          ownerEpoch: holder?.epoch ?? 0,
          totalCapacity,
          isMounted: mounted !== null,
          mountPoint: mounted?.mountPoint ?? '',
          availableSpace: mounted?.availableSpace ?? 0,
          isMovable: isMovable ?? false,
        })),
      };
    },
    async claimVolume(request) {
      const id = uuidFromBytes<RecordId>(request.volumeId, 'volume_id');
      const locations = await partOf(request).locations.claimVolume(id);
      return { locationIds: locations.map((location) => uuidToBytes(location)) };
    },
    async applyTag(request) {
      const { library, secret } = partOf(request);
      const tag = uuidFromBytes<RecordId>(request.tagId, 'tag_id');
      const applications = await applyTag(library, secret, tag, targetsOf(request));
      return { applicationIds: applications.map((id) => uuidToBytes(id)) };
    },
    async removeTag(request) {
      const { library, secret } = partOf(request);
      const tag = uuidFromBytes<RecordId>(request.tagId, 'tag_id');
      return { removed: await removeTag(library, secret, tag, targetsOf(request)) };
    },
    async setFavorite(request) {
      const { library, secret } = partOf(request);
      return { changed: await setFavorite(library, secret, targetsOf(request), request.favorite) };
    },
    async decideConflict(request) {
      await decideConflict(partOf(request).library, toConflictDecision(request));
      return {};
    },
    async getCaptureStatus(request) {
      const { library, locations, relay } = partOf(request);
      return {
        outbox: library.outboxCount(),
        locations: locations.status().map(({ id, path, state, entries, compared, skipped, error }) => ({
          locationId: uuidToBytes(id),
          path,
          state,
          entries,
          skipped: sumOf(skipped),
          skippedByReason: Object.entries(skipped).map(([reason, count]) => ({ reason, count })),
          error: error ?? '',
          compared,
        })),
        problem: problemOf('capture', relay.failure()),
      };
    },
  };
}

function sumOf(counts: Readonly<SkipCounts>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function targetsOf(request: {
  readonly target: WireTagTarget;
  readonly targetIds: readonly Uint8Array[];
}): MetadataTarget[] {
  const { length } = request.targetIds;
  if (length === 0 || length > limits.targetsMax) {
    const message = `"target_ids": expected 1 to ${limits.targetsMax}, found ${length}`;
    throw new ShoalError('invalid-argument', message, { field: 'target_ids' });
  }
  const kind = kindOf(request.target);
  return request.targetIds.map((id) => ({ kind, id: uuidFromBytes<RecordId>(id, 'target_ids') }));
}

function kindOf(target: WireTagTarget): MetadataTarget['kind'] {
  if (target === WireTagTarget.TAG_TARGET_ENTRY) return 'entry';
  if (target === WireTagTarget.TAG_TARGET_CONTENT) return 'content';
  throw new ShoalError('invalid-argument', `"target": expected entry or content, found ${target}`, {
    field: 'target',
  });
}
