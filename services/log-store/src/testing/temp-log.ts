import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DeviceId, lifeId, type StreamId } from '@shoal/core';
import { onTestFinished } from 'vitest';
import { type LogRole, SyncLog } from '../log/sync-log.ts';
import { deviceA, library } from './make-entry.ts';

let lives = 0;

/** A fresh folder that goes with the test. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Opens a log in a new life; it is closed when the test ends, if not before. */
export function openTempLog(
  path: string = join(tempFolder(), 'sync.db'),
  device: DeviceId = deviceA,
  role: LogRole = 'member',
): SyncLog {
  lives += 1;
  const life = lifeId<StreamId>(device, lives.toString(16).padStart(16, '0'));
  const log = new SyncLog({ path, libraryId: library, life, role });
  onTestFinished(() => log.close());
  return log;
}
