import {
  type Dot,
  depthFinder,
  dotDevice,
  dotHlc,
  hlcMs,
  isAlive,
  type LibraryId,
  type ModelSpec,
  packRank,
  type RecordRef,
  type RecordState,
  type Version,
  versionDots,
} from '@shoal/core';
import type { ParsedEntry } from '@shoal/proto';
import type { KeyRing } from '../crypto/seal.ts';
import type { LibraryStore } from '../store/library-store.ts';
import { sealedEntry } from './sealed-entry.ts';

/**
 * Makes entries of records as they are, whoever changed them last: for a log that lacks what its library knows
 * (REP-6). Such an entry carries the record's greatest dot, and that dot's device as its origin, which may be another
 * than ours: no new dot may claim what nobody wrote, and what replaces what is decided by the version alone, never by
 * who carries an entry. So it is equal to, or covered by, whatever a peer still has of the same changes.
 */
export function recordEntries(options: {
  readonly store: LibraryStore;
  readonly ring: KeyRing;
  readonly libraryId: LibraryId;
}): (ref: RecordRef) => ParsedEntry {
  const { store, ring, libraryId } = options;
  const depthOf = depthFinder(store.reader);
  return (ref) => {
    const { version, payload, schemaVersion } = store.records.payload(ref)!;
    const { state } = store.records.get(ref)!;
    const spec = store.registry.get(ref.model);
    const dot = greatestDot(version);
    const header = {
      libraryId,
      origin: dotDevice(dot),
      dot,
      version,
      // Of a model that this program does not know nothing is ever removed.
      domain: spec?.domain ?? 'user-metadata',
      model: ref.model,
      recordId: ref.id,
      scope: scopeOf(spec, state),
      rank: spec === undefined ? 0 : rankOf(spec),
      change: isDeleted(spec, state) ? 'delete' : 'update',
      schemaVersion,
      syncReady: true,
      wallMs: hlcMs(dotHlc(dot)),
      traceParent: '',
      keyId: ring.currentKeyId,
    } as const;
    return sealedEntry(ring, header, payload);

    function rankOf(known: ModelSpec): number {
      const { priority } = known;
      return packRank({ level: store.registry.level(ref.model), priority, depth: depthOf(known, ref) });
    }
  };
}

function greatestDot(version: Version): Dot {
  return versionDots(version).reduce((a, b) => (b > a ? b : a));
}

function isDeleted(spec: ModelSpec | undefined, state: RecordState): boolean {
  return spec === undefined ? state.deletes.length > 0 : !isAlive(spec, state);
}

function scopeOf(spec: ModelSpec | undefined, state: RecordState): string | null {
  const scope = spec?.scope == null ? null : state.fields.get(spec.scope)?.[0]?.value;
  return typeof scope === 'string' ? scope : null;
}
