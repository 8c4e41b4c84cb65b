import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ModelName, parseVersion, type RecordId, ShoalError, type Value } from '@shoal/core';
import { freshRecordId, type Library, migrateLibrary, openLibrary } from '@shoal/library';
import { builtInModels, migrations, models } from '@shoal/models';
import { uuidToBytes } from '@shoal/proto';
import {
  addLibrary,
  followLibraries,
  type Home,
  type HomeLibrary,
  initHome,
  newLibraryFile,
  silentLog,
} from '@shoal/service-kit';
import type { DeviceServices } from './device-services.ts';
import { type GatewayLibrary, gatewayLibrary } from './gateway-library.ts';
import { type GatewayParts, gatewayHandlers } from './rpc.ts';
import { createWatchers } from './watchers.ts';

type StandIns = { -readonly [Name in keyof DeviceServices]?: Partial<DeviceServices[Name]> };

/** Test support: a gateway's parts over a real library.db; the other services are what a test makes of them. */
export interface GatewayFixture {
  readonly home: Home;
  readonly place: HomeLibrary;
  readonly libraryId: Buffer;
  readonly library: Library;
  readonly parts: GatewayParts;
  readonly handlers: ReturnType<typeof gatewayHandlers>;
  /** The other services; a method that is not there is unavailable. */
  readonly services: StandIns;
  put(model: string, fields: Readonly<Record<string, Value>>, id?: RecordId): Promise<RecordId>;
  remove(model: string, id: RecordId): Promise<void>;
  close(): Promise<void>;
}

export async function gatewayFixture(): Promise<GatewayFixture> {
  const dir = mkdtempSync(join(tmpdir(), 'shoal-gateway-'));
  const home = await initHome({ dir, name: 'lamp' });
  const place = await addLibrary(home.paths, newLibraryFile({ name: 'photos' }));
  const { libraryId, currentKey, keys } = place;
  await migrateLibrary(place.paths.libraryDb, migrations);
  const library = openLibrary({
    path: place.paths.libraryDb,
    libraryId,
    device: home.config.deviceId,
    ring: {
      currentKeyId: currentKey,
      keysById: new Map(keys.map(({ id, key }) => [id, Buffer.from(key, 'base64')])),
    },
    models,
    migrations,
  });
  const services: StandIns = {};
  const libraries = await followLibraries<GatewayLibrary>({
    paths: home.paths,
    log: silentLog(),
    open: (found) => gatewayLibrary(home, found, builtInModels),
  });
  const parts: GatewayParts = {
    home,
    log: silentLog(),
    libraries,
    watchers: createWatchers(),
    isConnected: () => true,
    services: {
      capture: standIn(() => services.capture),
      logStore: standIn(() => services.logStore),
      ingest: standIn(() => services.ingest),
      telemetry: [],
    },
  };
  return {
    home,
    place,
    libraryId: uuidToBytes(libraryId),
    library,
    parts,
    handlers: gatewayHandlers(parts),
    services,
    put: async (model, fields, id = freshRecordId(Date.now())) => {
      const ref = { model: model as ModelName, id };
      await library.write([
        { kind: 'put', ref, fields: new Map(Object.entries(fields)), seen: parseVersion('') },
      ]);
      return id;
    },
    remove: async (model, id) => {
      await library.write([{ kind: 'delete', ref: { model: model as ModelName, id }, seen: null }]);
    },
    close: async () => {
      parts.watchers.close();
      await libraries.stop();
      library.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function standIn<T extends object>(current: () => Partial<T> | undefined): T {
  return new Proxy({} as T, {
    get: (_, name) => (request: never, options: never) => {
      const method = current()?.[name as keyof T] as ((...args: never[]) => Promise<unknown>) | undefined;
      if (method === undefined) return Promise.reject(new ShoalError('unavailable', 'not running'));
      return method(request, options);
    },
  });
}
