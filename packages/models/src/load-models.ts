import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { isErrorCode, ShoalError } from '@shoal/core';
import { defineModels, isModelSet, type ModelSet } from './define-models.ts';

/** The built-in domain alone: what a device keeps that names no models module. */
export const builtInModels: ModelSet = defineModels({ models: [], migrations: [] });

/**
 * The models of a device: those of the module at `path`, or for null the built-in ones. The module is JavaScript, or
 * TypeScript as Node runs it; what it imports of Shoal and MikroORM is what this program runs, so it needs no
 * `node_modules` of its own. Throws `not-found` where there is none, `invalid-model` for one that cannot be loaded or
 * exports something else.
 */
export async function loadModels(path: string | null): Promise<ModelSet> {
  if (path === null) return builtInModels;
  if (!existsSync(path)) {
    const message = `there is no models module ${path}; name the one that is there by \`shoal models use FILE\``;
    throw new ShoalError('not-found', message, { field: 'models' });
  }
  const { default: found } = await importModule(path);
  if (isModelSet(found)) return found;
  throw new ShoalError(
    'invalid-model',
    `${path} exports no models; write \`export default defineModels({ models: […], migrations: […] })\``,
    { field: 'models' },
  );
}

async function importModule(path: string): Promise<{ readonly default?: unknown }> {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (!ofThisProgram.test(specifier)) return next(specifier, context);
      try {
        return next(specifier, { ...context, parentURL: import.meta.url });
      } catch {
        // This program does not run it: then it is one that the module has beside it.
        return next(specifier, context);
      }
    },
  });
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    throw loadFailed(path, error);
  } finally {
    hooks.deregister();
  }
}

/** Two copies of them in one process would not know each other's entities. */
const ofThisProgram = /^@(shoal|mikro-orm)\//;

function loadFailed(path: string, error: unknown): ShoalError {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (isErrorCode(code)) return new ShoalError(code, `${path}: ${message}`, { field: 'models' }, error);
  return new ShoalError('invalid-model', `${path} cannot be loaded: ${message}`, { field: 'models' }, error);
}
