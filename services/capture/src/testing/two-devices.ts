import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeviceId, LibraryId, LogId, ModelName, RecordId, Value } from '@shoal/core';
import {
  type Library,
  type LibraryReader,
  migrateLibrary,
  openLibrary,
  openLibraryReader,
} from '@shoal/library';
import { migrations, models } from '@shoal/models';

/** A device of a test: its library, and what it shows. */
export interface TestDevice {
  readonly library: Library;
  readonly reader: LibraryReader;
  put(model: string, id: RecordId, fields: Record<string, Value>): Promise<void>;
  /** The visible records of a model, as the dump has them. */
  records(model: string): Record<string, unknown>[];
}

/** A, whose record is there, and B, which is given what A ships; `folder` is theirs. */
export interface TwoDevices {
  readonly folder: string;
  readonly a: TestDevice;
  readonly b: TestDevice;
  /** Ships what waits on A to B; answers the models of the entries that went. */
  ship(): Promise<string[]>;
  [Symbol.dispose](): void;
}

/** Two libraries on disk in a folder of their own, which goes with them. */
export async function openTwoDevices(): Promise<TwoDevices> {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-'));
  const [a, b] = [await openDevice(folder, 1), await openDevice(folder, 2)];
  const { device } = a.library.options;
  await a.put('device', device as string as RecordId, { name: 'a', slug: 'a' });
  let seq = 0;
  return {
    folder,
    a,
    b,
    async ship() {
      const { entries, rows } = a.library.readOutbox(1_000);
      await a.library.clearOutbox(rows);
      const from = seq + 1;
      seq += entries.length;
      await b.library.apply(
        entries.map((entry, index) => ({ seq: from + index, entry })),
        { logId: 'test' as LogId, appliedSeq: seq, appliedEntries: seq },
      );
      return entries.map(({ header }) => header.model);
    },
    [Symbol.dispose]() {
      for (const { library, reader } of [a, b]) {
        reader.close();
        library.close();
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function openDevice(folder: string, number: number): Promise<TestDevice> {
  const path = join(folder, `${number}.db`);
  await migrateLibrary(path, migrations);
  const ring = { currentKeyId: 1, keysById: new Map([[1, Buffer.alloc(32)]]) };
  const libraryId = '11111111-1111-4111-8111-111111111111' as LibraryId;
  const device = `00000000-0000-4000-8000-00000000000${number}` as DeviceId;
  const library = openLibrary({ path, libraryId, device, ring, models, migrations });
  const reader = openLibraryReader(path, models);
  return {
    library,
    reader,
    async put(model, id, fields) {
      const ref = { model: model as ModelName, id };
      await library.write([{ kind: 'put', ref, fields: new Map(Object.entries(fields)), seen: null }]);
    },
    records: (model) =>
      [...reader.dump()]
        .map((line): Record<string, unknown> => JSON.parse(line))
        .filter((record) => record.model === model),
  };
}
