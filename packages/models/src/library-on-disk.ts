import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DeviceId,
  type LibraryId,
  type LogId,
  type ModelName,
  parseVersion,
  type RecordId,
  type Value,
  type Version,
} from '@shoal/core';
import {
  freshRecordId,
  type Library,
  type LibraryOptions,
  type LibraryReader,
  migrateLibrary,
  openLibrary,
  openLibraryReader,
} from '@shoal/library';
import { migrations, models } from './index.ts';

/** Test support: one device's library.db in a temporary folder, without services. */
export interface TestDevice {
  readonly id: DeviceId;
  readonly options: LibraryOptions;
  readonly library: Library;
  readonly reader: LibraryReader;
  put(model: string, id: RecordId, fields: Record<string, Value>, seen?: string): Promise<void>;
  remove(model: string, id: RecordId): Promise<void>;
  fields(model: string, id: RecordId): Record<string, Value> | undefined;
  version(model: string, id: RecordId): string;
  dump(): string[];
  close(): void;
}

const libraryId = '11111111-1111-4111-8111-111111111111' as LibraryId;
const ring = { currentKeyId: 1, keysById: new Map([[1, Buffer.alloc(32, 7)]]) };

/** Opens a fresh device; `wallMs` turns its clock. */
export async function testDevice(number: number, wallMs: () => number = Date.now): Promise<TestDevice> {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-'));
  const path = join(folder, 'library.db');
  const id = `00000000-0000-4000-8000-00000000000${number}` as DeviceId;
  await migrateLibrary(path, migrations);
  const options: LibraryOptions = { path, libraryId, device: id, ring, models, migrations, wallMs };
  const library = openLibrary(options);
  const reader = openLibraryReader(path, models);
  const ref = (model: string, record: RecordId) => ({ model: model as ModelName, id: record });
  const device: TestDevice = {
    id,
    options,
    library,
    reader,
    async put(model, record, fields, seen) {
      const version: Version | null = seen === undefined ? null : parseVersion(seen);
      await library.write([
        { kind: 'put', ref: ref(model, record), fields: new Map(Object.entries(fields)), seen: version },
      ]);
    },
    async remove(model, record) {
      await library.write([{ kind: 'delete', ref: ref(model, record), seen: null }]);
    },
    fields(model, record) {
      const found = reader.get(model, record);
      return found === undefined ? undefined : Object.fromEntries(found.fields);
    },
    version: (model, record) => reader.get(model, record)!.version,
    dump: () => [...reader.dump()],
    close() {
      reader.close();
      library.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await device.put('device', id as unknown as RecordId, {
    name: `device ${number}`,
    slug: `device-${number}`,
  });
  return device;
}

const logId = 'test' as LogId;

/** Carries everything that waits on `from` to the others, as the log would; returns how many entries. */
export async function ship(from: TestDevice, to: readonly TestDevice[]): Promise<number> {
  const { rows, entries } = from.library.readOutbox(10_000);
  for (const device of to) {
    await device.library.apply(
      entries.map((entry, index) => ({ seq: index + 1, entry })),
      { logId, appliedSeq: entries.length, appliedEntries: 0 },
    );
  }
  await from.library.clearOutbox(rows);
  return entries.length;
}

/** A fresh record id. */
export function newId(): RecordId {
  return freshRecordId(Date.now());
}
