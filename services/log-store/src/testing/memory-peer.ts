import { join } from 'node:path';
import type { MemoryNetwork } from '@shoal/bus';
import { type DeviceId, formatVersion } from '@shoal/core';
import { entryToWire, parsePositionedEntry, uuidToBytes } from '@shoal/proto';
import { silentLog } from '@shoal/service-kit';
import { onTestFinished } from 'vitest';
import { busChannel } from '../bus-channel.ts';
import { openLibraryLog } from '../library-log.ts';
import { library, type MadeEntry, makeEntry } from './make-entry.ts';
import { tempFolder } from './temp-log.ts';

const libraryId = uuidToBytes(library);

/** A log-store of one device on a network in memory; its file stays over restarts. */
export interface MemoryPeer {
  /** Appends one group; answers how many entries were taken. */
  append(...made: readonly Omit<MadeEntry, 'device'>[]): number;
  /** What the log holds, without regard to order: to compare logs. */
  contents(): string[];
  /** `stream originSeq` of what the log holds, in order of seq. */
  positions(): string[];
  status(): ReturnType<ReturnType<typeof openLibraryLog>['status']>;
  cut(): void;
  heal(): void;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export function openMemoryPeer(network: MemoryNetwork, device: DeviceId): MemoryPeer {
  const path = join(tempFolder(), 'sync.db');
  const start = () => {
    const endpoint = network.connect();
    const log = openLibraryLog({
      libraryId: library,
      device,
      path,
      channel: busChannel({ bus: endpoint.bus, library, device, report: silentLog() }),
      surroundings: { nowMs: () => performance.now(), wallMs: () => Date.now(), random: () => Math.random() },
      onReadable: () => undefined,
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
      const entries = made.map((each) => entryToWire(makeEntry({ ...each, device })));
      return running!.log.append({ libraryId, entries }).appended;
    },
    contents: () =>
      all()
        .map(({ header }) => `${header.recordId} ${formatVersion(header.version)}`)
        .sort(),
    positions: () => all().map(({ position }) => `${position.stream} ${position.originSeq}`),
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
