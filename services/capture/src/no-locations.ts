import { type LibraryId, ShoalError } from '@shoal/core';
import type { Locations } from './locations.ts';

/** What stands for locations in a library whose models have no files: nothing is indexed, and asking says why. */
export function noLocations(library: LibraryId): Locations {
  const refuse = () => Promise.reject(noFiles(library));
  return {
    add: refuse,
    remove: refuse,
    rescan: refuse,
    changeIgnores: refuse,
    volumes: refuse,
    claimVolume: refuse,
    status: () => [],
    isHolding: () => false,
    stop: () => Promise.resolve(),
  };
}

function noFiles(library: LibraryId): ShoalError {
  const message =
    "the models of this device have no files, so no folder can be indexed; write builtIn: 'all' in its models module";
  return new ShoalError('unknown-model', message, { model: 'location', library });
}
