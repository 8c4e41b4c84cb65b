import { asShoalError, parseVersion, planView, type ShoalError } from '@shoal/core';
import type { LocalWrite } from '../capture/local-write.ts';
import type { Library } from '../library.ts';
import { isStorageFailure } from '../store/storage-failure.ts';
import { findStrays, type Stray } from './find-strays.ts';

/** What became of a stray: captured as the write that it is, or, with the reason, taken back as far as it can be. */
export interface Adopted {
  readonly stray: Stray;
  readonly refused: ShoalError | null;
}

/**
 * Captures what was written past the capture, as local writes of this device that have seen what their rows showed (MRG-1),
 * each in a transaction of its own. What the rules refuse, such as a record of another device, is shown again as its state
 * says; a new row that they refuse stays as it is. Runs while nobody else writes.
 */
export async function adoptStrays(library: Library): Promise<readonly Adopted[]> {
  const strays = await library.transaction(({ store }) => [...findStrays(store, library.options.models)]);
  const adopted: Adopted[] = [];
  for (const stray of strays) adopted.push({ stray, refused: await adopt(library, stray) });
  return adopted;
}

async function adopt(library: Library, stray: Stray): Promise<ShoalError | null> {
  try {
    await library.transaction(({ capture }) => capture([writeOf(library, stray)]));
    return null;
  } catch (error) {
    if (isStorageFailure(error)) throw error;
    await showAgain(library, stray);
    return asShoalError(error);
  }
}

function writeOf({ store }: Library, stray: Stray): LocalWrite {
  const { ref } = stray;
  switch (stray.kind) {
    case 'changed':
      return { kind: 'put', ref, fields: stray.fields, seen: parseVersion(stray.version) };
    case 'added':
      return { kind: 'replace', ref, fields: stray.fields, seen: null };
    case 'removed':
      return { kind: 'delete', ref, seen: parseVersion(store.records.version(ref) ?? '') };
  }
}

async function showAgain(library: Library, { kind, ref }: Stray): Promise<void> {
  if (kind === 'added') return;
  await library.transaction(({ store }) => {
    store.carryOut(planView(store.registry, store.reader, [{ ref, before: store.records.get(ref) }]));
  });
}
