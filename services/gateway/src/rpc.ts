import { limits } from '@shoal/core';
import type { GatewayDefinition, Handlers } from '@shoal/proto';
import type { FollowedLibraries } from '@shoal/service-kit';
import {
  checkAddLocation,
  checkChangeIgnores,
  checkDecision,
  checkDiscard,
  checkLibraryId,
  checkModelName,
  checkPaths,
  checkQuarantineIds,
  checkRecordId,
  checkTagging,
  checkTargets,
  checkWrite,
} from './check-request.ts';
import { deviceStatus, type StatusSources } from './device-status.ts';
import { dumpLibrary } from './dump-library.ts';
import { findEntries } from './find-entries.ts';
import type { GatewayLibrary } from './gateway-library.ts';
import { leaveLibrary } from './leave-library.ts';
import { getConflict, listConflicts } from './read-conflicts.ts';
import { readLog } from './read-log.ts';
import { getQuarantined, listQuarantine } from './read-quarantine.ts';
import { getRecord, listRecords } from './read-records.ts';
import { setPaused } from './set-paused.ts';
import { watchConflicts } from './watch-conflicts.ts';
import type { Watchers } from './watchers.ts';

export interface GatewayParts extends StatusSources {
  readonly libraries: FollowedLibraries<GatewayLibrary>;
  readonly watchers: Watchers;
}

/**
 * The gateway's side of the contract: reads from the view, writes through capture. Each request is checked for form
 * before anything is done with it, and names a library of this device (SEC-5).
 */
export function gatewayHandlers(parts: GatewayParts): Handlers<typeof GatewayDefinition> {
  const { libraries, services, watchers } = parts;
  const { capture, ingest } = services;
  const libraryOf = ({ libraryId }: { readonly libraryId: Uint8Array }) =>
    libraries.require(checkLibraryId(libraryId));
  return {
    listLibraries: async () => ({ libraries: libraries.list().map(({ part }) => part.info) }),
    write: async (request) => {
      libraryOf(request);
      checkWrite(request);
      return capture.write(request);
    },
    getRecord: async (request) => {
      checkModelName(request.model);
      return getRecord(libraryOf(request).reader(), request);
    },
    listRecords: async (request) => {
      checkModelName(request.model);
      return listRecords(libraryOf(request).reader(), request);
    },
    findEntries: async (request) => {
      const library = libraryOf(request);
      checkPaths(request);
      return findEntries(library.reader(), parts.home.config.deviceId, request.paths);
    },
    watch: (request, signal) => watchers.watch({ library: libraryOf(request), model: request.model, signal }),
    addLocation: async (request) => {
      libraryOf(request);
      checkAddLocation(request);
      return capture.addLocation(request);
    },
    removeLocation: async (request) => {
      libraryOf(request);
      checkRecordId(request.locationId, 'location_id');
      return capture.removeLocation(request);
    },
    rescanLocation: async (request) => {
      libraryOf(request);
      checkRecordId(request.locationId, 'location_id');
      return capture.rescanLocation(request, { timeoutMs: limits.rescanMs });
    },
    changeIgnores: async (request) => {
      libraryOf(request);
      checkChangeIgnores(request);
      return capture.changeIgnores(request);
    },
    listVolumes: async (request) => {
      libraryOf(request);
      return capture.listVolumes(request);
    },
    claimVolume: async (request) => {
      libraryOf(request);
      checkRecordId(request.volumeId, 'volume_id');
      return capture.claimVolume(request);
    },
    applyTag: async (request) => {
      libraryOf(request);
      checkTagging(request);
      return capture.applyTag(request);
    },
    removeTag: async (request) => {
      libraryOf(request);
      checkTagging(request);
      return capture.removeTag(request);
    },
    setFavorite: async (request) => {
      libraryOf(request);
      checkTargets(request);
      return capture.setFavorite(request);
    },
    getStatus: async (request) => deviceStatus(parts, libraryOf(request)),
    setPaused: async (request) => setPaused(services, libraryOf(request), { isPaused: request.paused }),
    leaveLibrary: async (request) => {
      const id = checkLibraryId(request.libraryId);
      return leaveLibrary({ ...parts, id });
    },
    readLog: async (request) => {
      libraryOf(request);
      return readLog(services, request);
    },
    listConflicts: async (request) => listConflicts(libraryOf(request).reader(), request),
    getConflict: async (request) => getConflict(libraryOf(request).reader(), request),
    watchConflicts: (request, signal) => watchConflicts(libraryOf(request), watchers, request, signal),
    decideConflict: async (request) => {
      const library = libraryOf(request);
      checkDecision(request);
      await capture.decideConflict(request);
      return getConflict(library.reader(), request);
    },
    listQuarantine: async (request) => listQuarantine(libraryOf(request).reader(), request),
    getQuarantined: async (request) => getQuarantined(libraryOf(request).reader(), request),
    retryQuarantine: async (request) => {
      libraryOf(request);
      checkQuarantineIds(request);
      return ingest.retryQuarantine(request);
    },
    discardQuarantine: async (request) => {
      libraryOf(request);
      checkDiscard(request);
      return ingest.discardQuarantine(request);
    },
    dump: (request, signal) => dumpLibrary(libraryOf(request), signal),
  };
}
