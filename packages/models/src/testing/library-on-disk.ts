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
  type RecordRef,
  type RecordState,
  type Value,
} from '@shoal/core';
import {
  type Applied,
  freshRecordId,
  type Library,
  type LibraryOptions,
  type LibraryReader,
  migrateLibrary,
  openLibrary,
  openLibraryReader,
  type Shipment,
} from '@shoal/library';
import { migrations, models } from '../index.ts';

/** An entry as the relay ships it. */
export type ShippedEntry = Shipment['entries'][number];

/** One device's library.db in a temporary folder, without services. */
export interface TestDevice {
  readonly id: DeviceId;
  readonly options: LibraryOptions;
  readonly library: Library;
  readonly reader: LibraryReader;
  put(model: string, id: RecordId, fields: Record<string, Value>, seen?: string): Promise<void>;
  replace(model: string, id: RecordId, fields: Record<string, Value>): Promise<void>;
  remove(model: string, id: RecordId, seen?: string): Promise<void>;
  fields(model: string, id: RecordId): Record<string, Value> | undefined;
  version(model: string, id: RecordId): string;
  /** The merged state: what is shipped. */
  state(model: string, id: RecordId): RecordState;
  dump(): string[];
  /** What waits to be shipped; it is taken as shipped. */
  drain(): Promise<readonly ShippedEntry[]>;
  apply(entries: readonly ShippedEntry[]): Promise<Applied>;
  /** Closes the files and opens them again: another replica (CHG-1); `changed`: by another program. */
  reopen(changed?: Partial<LibraryOptions>): void;
  close(): void;
}

const libraryId = '11111111-1111-4111-8111-111111111111' as LibraryId;
const ring = { currentKeyId: 1, keysById: new Map([[1, Buffer.alloc(32, 7)]]) };
const logId = 'test' as LogId;

/** The secret of the library: names derived records. */
export const secret = Buffer.alloc(32, 1);

/** Two fresh devices that know each other. */
export async function twoDevices(): Promise<[TestDevice, TestDevice]> {
  const pair: [TestDevice, TestDevice] = [await testDevice(1), await testDevice(2)];
  await exchange(...pair);
  return pair;
}

/** What waits on each of two devices goes to the other, once. */
export async function exchange(a: TestDevice, b: TestDevice): Promise<void> {
  await ship(a, [b]);
  await ship(b, [a]);
}

/** Opens a fresh device; `wallMs` turns its clock, `options` change how the library is opened. */
export async function testDevice(
  number: number,
  wallMs: () => number = Date.now,
  changed: Partial<LibraryOptions> = {},
): Promise<TestDevice> {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-'));
  const path = join(folder, 'library.db');
  const id = `00000000-0000-4000-8000-00000000000${number}` as DeviceId;
  await migrateLibrary(path, changed.migrations ?? migrations);
  let options: LibraryOptions = {
    path,
    libraryId,
    device: id,
    ring,
    models,
    migrations,
    wallMs,
    ...changed,
  };
  let library = openLibrary(options);
  let reader = openLibraryReader(path, options.models);
  let seq = 0;
  const ref = (model: string, record: RecordId): RecordRef => ({ model: model as ModelName, id: record });
  const seenOf = (seen: string | undefined) => (seen === undefined ? null : parseVersion(seen));
  const put = async (
    kind: 'put' | 'replace',
    target: RecordRef,
    fields: Record<string, Value>,
    seen?: string,
  ) => {
    await library.write([{ kind, ref: target, fields: new Map(Object.entries(fields)), seen: seenOf(seen) }]);
  };
  const device: TestDevice = {
    id,
    get options() {
      return options;
    },
    get library() {
      return library;
    },
    get reader() {
      return reader;
    },
    put: (model, record, fields, seen) => put('put', ref(model, record), fields, seen),
    replace: (model, record, fields) => put('replace', ref(model, record), fields),
    async remove(model, record, seen) {
      await library.write([{ kind: 'delete', ref: ref(model, record), seen: seenOf(seen) }]);
    },
    fields(model, record) {
      const found = reader.get(model, record);
      return found === undefined ? undefined : Object.fromEntries(found.fields);
    },
    version: (model, record) => reader.get(model, record)!.version,
    state: (model, record) => library.store.records.get(ref(model, record))!.state,
    dump: () => [...reader.dump()],
    async drain() {
      const { rows, entries } = library.readOutbox(100_000);
      await library.clearOutbox(rows);
      return entries;
    },
    async apply(entries) {
      const from = seq + 1;
      seq += entries.length;
      return library.apply(
        entries.map((entry, index) => ({ seq: from + index, entry })),
        { logId, appliedSeq: seq, appliedEntries: seq },
      );
    },
    reopen(changed = {}) {
      reader.close();
      library.close();
      options = { ...options, ...changed };
      library = openLibrary(options);
      reader = openLibraryReader(path, options.models);
    },
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

/** Carries everything that waits on `from` to the others, as the log would; returns how many entries. */
export async function ship(from: TestDevice, to: readonly TestDevice[]): Promise<number> {
  const entries = await from.drain();
  for (const device of to) await device.apply(entries);
  return entries.length;
}

/** A fresh record id. */
export function newId(): RecordId {
  return freshRecordId(Date.now());
}
