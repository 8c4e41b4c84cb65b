import { type DeviceId, type LogId, lifeId, type ReplicaId, ShoalError, type StreamId } from '@shoal/core';
import { deviceId, laterRegistry } from '../data/domain.ts';
import { createLibraryFile, type LibraryFile } from '../data/library-file.ts';
import { emptyLog, type LogContent } from '../data/log-content.ts';
import type { LogFile } from '../data/log-file.ts';
import { openLogFile } from '../data/open-log-file.ts';
import { createLife } from '../time/life.ts';
import { type CaptureProcess, startCapture } from './capture-process.ts';
import { commits } from './commits.ts';
import type { DevicePressure } from './device-pressure.ts';
import { type IngestProcess, startIngest } from './ingest-process.ts';
import { type Channel, type LogStoreProcess, startLogStore } from './log-store-process.ts';
import { startRelay } from './relay.ts';
import type { Surroundings } from './surroundings.ts';
import { createWallClock, type WallClock } from './wall-clock.ts';

export type ServiceName = 'capture' | 'log-store' | 'ingest';
export const serviceNames: readonly ServiceName[] = ['log-store', 'capture', 'ingest'];
/** A hub has no key: it keeps a log and nothing else (LOG-3). */
export type Role = 'member' | 'hub';
export type FileName = 'library' | 'log';

/** One device: two files that outlive its processes, three processes that do not outlive a crash. */
export interface Device {
  readonly index: number;
  readonly id: DeviceId;
  readonly role: Role;
  /** Those that run here. */
  readonly services: readonly ServiceName[];
  readonly library: LibraryFile;
  readonly log: LogFile;
  readonly wall: WallClock;
  readonly pressure: DevicePressure;
  capture(): CaptureProcess | null;
  logStore(): LogStoreProcess | null;
  ingest(): IngestProcess | null;
  isRunning(service: ServiceName): boolean;
  start(service: ServiceName): void;
  kill(service: ServiceName): void;
  /** The later program takes the place of the one that runs here (DEP-5). */
  upgrade(): void;
  /** The next transaction on that file fails, and changes nothing. */
  failNext(file: FileName): void;
  /** Right after the next transaction on that file, before anybody hears of it. */
  afterNext(file: FileName, work: () => void): void;
  /** What the disks would hold after a copy of both files was put back. */
  putBack(copy: DeviceCopy, files: readonly FileName[]): void;
  /** The disk changes an entry of the log, unnoticed; answers its place, null: there is none left. */
  damageEntry(which: number): string | null;
  /** An empty log takes the place of the one that was. */
  loseLog(): void;
  copy(): DeviceCopy;
}

export interface DeviceCopy {
  readonly library: ReturnType<LibraryFile['copy']>;
  readonly log: LogContent;
}

/** How soon a supervisor starts again what could not start. */
const restartMs = 100;

/** Hints within a device that get lost. */
const lostHints = 0.2;

export function createDevice(
  { index, role }: { readonly index: number; readonly role: Role },
  surroundings: Surroundings,
  channelOf: (index: number) => Channel,
): Device {
  const { scheduler, random, parts, watcher } = surroundings;
  const id = deviceId(index);
  const wall = createWallClock(scheduler);
  const pressure: DevicePressure = { isPaused: false, isDiskFull: false };
  const failing = new Set<FileName>();
  const afterCommit = new Map<FileName, () => void>();
  let lives = 0;
  let capture: CaptureProcess | null = null;
  let logStore: LogStoreProcess | null = null;
  let ingest: IngestProcess | null = null;

  const failIfTold = (file: FileName) => {
    if (failing.delete(file)) throw new ShoalError('storage-failed', `the disk of ${file} failed a write`);
  };
  const runAfter = (file: FileName) => {
    const work = afterCommit.get(file);
    afterCommit.delete(file);
    work?.();
  };
  const newLogId = () => `log-${index}-${lives++}` as LogId;
  const newLife = <Id extends ReplicaId | StreamId>() =>
    lifeId<Id>(id, (parts.takesNewLives ? ++lives : 0).toString(16).padStart(16, '0'));

  const library = createLibraryFile({
    before: () => failIfTold('library'),
    after(commit) {
      watcher.libraryCommitted(id, commit);
      runAfter('library');
    },
  });
  let logContent = emptyLog(newLogId());
  const log = openLogFile(
    { parts, role },
    {
      read: () => logContent,
      commit(content) {
        failIfTold('log');
        logContent = content;
        watcher.logCommitted(id);
        runAfter('log');
      },
    },
    newLogId,
  );

  const services: readonly ServiceName[] = role === 'hub' ? ['log-store'] : serviceNames;
  const isRunning = (service: ServiceName) => ({ capture, ingest, 'log-store': logStore })[service] !== null;

  function start(service: ServiceName): void {
    const life = createLife(scheduler);
    const common = { surroundings, device: id, life, pressure, wallMs: wall.nowMs, logStore: () => logStore };
    switch (service) {
      case 'capture': {
        const relay = startRelay({ ...common, file: library });
        capture = startCapture({ ...common, file: library, replica: newLife(), relay });
        return;
      }
      case 'ingest':
        ingest = startIngest({ ...common, file: library });
        return;
      case 'log-store': {
        const onReadable = () => {
          if (!random.chance(lostHints)) ingest?.signal();
        };
        const stream = newLife<StreamId>();
        // A disk that fails it at its start: the supervisor tries again.
        if (!commits(() => log.begin(stream))) {
          scheduler.after(restartMs, () => {
            if (logStore === null) start('log-store');
          });
          return;
        }
        logStore = startLogStore({
          ...common,
          role,
          file: log,
          stream,
          channel: channelOf(index),
          onReadable,
        });
        return;
      }
    }
  }

  function kill(service: ServiceName): void {
    switch (service) {
      case 'capture':
        capture?.life.end();
        capture = null;
        return;
      case 'ingest':
        ingest?.life.end();
        ingest = null;
        return;
      case 'log-store':
        logStore?.life.end();
        logStore = null;
        return;
    }
  }

  return {
    index,
    id,
    role,
    services,
    library,
    log,
    wall,
    pressure,
    capture: () => capture,
    logStore: () => logStore,
    ingest: () => ingest,
    isRunning,
    start,
    kill,
    upgrade() {
      const running = services.filter(isRunning);
      for (const service of running) kill(service);
      library.upgrade(laterRegistry, parts);
      for (const service of running) start(service);
    },
    failNext: (file) => void failing.add(file),
    afterNext: (file, work) => void afterCommit.set(file, work),
    copy: () => ({ library: library.copy(), log: logContent }),
    damageEntry(which) {
      const intact = [...logContent.rows.values()].filter(({ isDamaged }) => isDamaged !== true);
      const row = intact[which % Math.max(1, intact.length)];
      if (row === undefined) return null;
      const rows = new Map(logContent.rows).set(row.seq, { ...row, isDamaged: true });
      logContent = { ...logContent, rows };
      return row.place;
    },
    loseLog() {
      logContent = emptyLog(newLogId());
    },
    putBack(copy, files) {
      if (files.includes('library')) library.restore(copy.library);
      if (files.includes('log')) logContent = copy.log;
    },
  };
}
