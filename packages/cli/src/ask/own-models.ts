import { resolve } from 'node:path';
import { tryModels } from '@shoal/library';
import { loadModels, type ModelSet } from '@shoal/models';

/** A models module that a library can be opened with, by its absolute path. */
export interface OwnModels {
  readonly path: string;
  readonly models: ModelSet;
}

/**
 * Loads a models module and opens a library of it in memory, so that what is wrong with it is said before a device depends
 * on it. Throws `not-found`, `invalid-model`.
 */
export async function readOwnModels(file: string): Promise<OwnModels> {
  const path = resolve(file);
  const models = await loadModels(path);
  tryModels(models);
  return { path, models };
}
