import { join } from 'node:path';
import type { MemoryNetwork } from '@shoal/bus';
import {
  type DeviceId,
  formatVersion,
  type LibraryId,
  type LogId,
  type LogSighting,
  limits,
  type StreamId,
  type Wanted,
} from '@shoal/core';
import {
  entryToWire,
  lifeFromBytes,
  parsePositionedEntry,
  sightingsToWire,
  uuidToBytes,
  wantedToWire,
} from '@shoal/proto';
import { silentLog } from '@shoal/service-kit';
import { onTestFinished } from 'vitest';
import { type LibraryLogOptions, openLibraryLog } from '../library-log.ts';
import { busChannel } from '../replicate/bus-channel.ts';
import { type MadeEntry, makeEntry, library as theLibrary } from './make-entry.ts';
import { tempFolder } from './temp-log.ts';

/** A log-store of one device on a network in memory; its file stays over restarts. */
export interface MemoryPeer {
  /** Appends one group; answers how many entries were taken. */
  append(...made: readonly Omit<MadeEntry, 'device'>[]): number;
  /** What the log holds, without regard to order: to compare logs. */
  contents(): string[];
  /** `stream originSeq` of what the log holds, in order of seq. */
  positions(): string[];
  /** Ingest has applied everything that may be read now. */
  acknowledge(): void;
  /** What the device's library saw of it; answers the log's id and whether it still waits for peers. */
  recognise(...sightings: readonly LogSighting[]): { readonly logId: string; readonly settling: boolean };
  /** A sighting of the log as it is. */
  see(): LogSighting;
  /** Its library lacks these records; answers for how many everybody was asked in vain. */
  want(...wanted: readonly Wanted[]): number;
  /** Where sync.db lies, to be copied and put back while the peer is stopped. */
  readonly path: string;
  /** The library is paused on this device, also over restarts, or is to go on. */
  setPaused(isPaused: boolean): void;
  status(): ReturnType<ReturnType<typeof openLibraryLog>['status']>;
  cut(): void;
  heal(): void;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** What a test wants to be otherwise. */
export interface MemoryPeerOptions
  extends Partial<Pick<LibraryLogOptions, 'diskFreeBytes' | 'throttleBounds' | 'onReadable'>> {
  /** Of which library it is a member; all are of one where nothing is said. */
  readonly library?: LibraryId;
  /** Called before each page that is asked for. */
  readonly onAsk?: () => void;
}

export function openMemoryPeer(
  network: MemoryNetwork,
  device: DeviceId,
  random: () => number = Math.random,
  options: MemoryPeerOptions = {},
): MemoryPeer {
  const path = join(tempFolder(), 'sync.db');
  const {
    library = theLibrary,
    diskFreeBytes = () => null,
    throttleBounds = limits,
    onReadable = () => {},
    onAsk = () => {},
  } = options;
  const libraryId = uuidToBytes(library);
  let isPaused = false;
  const start = () => {
    const endpoint = network.connect();
    const channel = busChannel({ bus: endpoint.bus, library, device, report: silentLog() });
    const log = openLibraryLog({
      libraryId: library,
      device,
      path,
      isPaused,
      diskFreeBytes,
      throttleBounds,
      channel: {
        ...channel,
        pull: (...asked) => {
          onAsk();
          return channel.pull(...asked);
        },
      },
      surroundings: { nowMs: () => performance.now(), wallMs: () => Date.now(), random },
      onReadable,
      report: silentLog(),
    });
    return { endpoint, log };
  };
  let running: ReturnType<typeof start> | undefined = start();
  const stop = async () => {
    const stopping = running;
    running = undefined;
    await stopping?.log.close();
    await stopping?.endpoint.bus.close();
  };
  const all = () => {
    const reply = running!.log.read({ libraryId, logId: '', fromSeq: 1, limit: 0 });
    return reply.entries.map(({ entry }) => parsePositionedEntry(entry!));
  };
  onTestFinished(stop);
  return {
    append: (...made) => {
      const entries = made.map((each) => entryToWire(makeEntry({ ...each, device, libraryId: library })));
      return running!.log.append({ libraryId, entries }).appended;
    },
    contents: () =>
      all()
        .map(({ header }) => `${header.recordId} ${formatVersion(header.version)}`)
        .sort(),
    positions: () => all().map(({ position }) => `${position.stream} ${position.originSeq}`),
    acknowledge: () => {
      const { logId, headSeq } = running!.log.read({ libraryId, logId: '', fromSeq: 1, limit: 1 });
      running!.log.acknowledge({ libraryId, logId, appliedSeq: headSeq, fromSeq: 0, exceptions: [] });
    },
    recognise: (...sightings) =>
      running!.log.recognise({
        libraryId,
        sightings: sightingsToWire(sightings),
        wholeLogId: '',
        lastAppend: undefined,
        lastRead: undefined,
      }),
    see: () => {
      const { logId, headSeq, life } = running!.log.read({ libraryId, logId: '', fromSeq: 1, limit: 1 });
      return { logId: logId as LogId, life: lifeFromBytes<StreamId>(life, 'life'), seq: headSeq };
    },
    want: (...wanted) => running!.log.ask({ libraryId, wanted: wantedToWire(wanted) }).fruitless,
    path,
    setPaused: (now) => {
      isPaused = now;
      running?.log.setPaused(now);
    },
    status: () => running!.log.status(),
    cut: () => running!.endpoint.cut(),
    heal: () => running!.endpoint.heal(),
    stop,
    restart: async () => {
      await stop();
      running = start();
    },
  };
}
