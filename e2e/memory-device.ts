import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { MemoryNetwork } from '@shoal/bus';
import { startRelay } from '@shoal/capture/relay';
import {
  type DeviceId,
  emptyVersion,
  joinVersions,
  type LibraryId,
  type ModelName,
  parseVersion,
  type RecordId,
  type RecordRef,
  ShoalError,
  type Value,
  type Version,
} from '@shoal/core';
import { startFollower } from '@shoal/ingest/follow';
import { keyRing, type Library, migrateLibrary, openLibrary, openLibraryReader } from '@shoal/library';
import { busChannel } from '@shoal/log-store/bus-channel';
import { openLastingLog } from '@shoal/log-store/lasting-log';
import type { LibraryLog } from '@shoal/log-store/library-log';
import { migrations, models } from '@shoal/models';
import { parsePositionedEntry, uuidToBytes } from '@shoal/proto';
import { silentLog } from '@shoal/service-kit';

export type DeviceFile = 'library.db' | 'sync.db';
/** By tag: everything that a file has of it. */
export type Knowledge = ReadonlyMap<string, Version>;

/**
 * Capture, log-store and ingest of one device in this process, on real files, with the other devices on a network in
 * memory. Its files may be copied, put back and removed while it is stopped.
 */
export interface MemoryDevice {
  start(): Promise<void>;
  /** Ends cleanly; `kill` ends with whatever waits in the outbox. */
  stop(): Promise<void>;
  kill(): Promise<void>;
  cut(): void;
  heal(): void;
  put(tag: RecordId, fields: Record<string, Value>): Promise<void>;
  /** Writes a record of any model. */
  putRecord(ref: RecordRef, fields: Record<string, Value>): Promise<void>;
  readonly device: DeviceId;
  path(file: DeviceFile): string;
  dump(): string[];
  logId(): string;
  entries(): number;
  versionOf(tag: RecordId): Version;
  /** Whether nothing waits, and ingest has read everything. */
  isQuiet(): boolean;
  keep(file: DeviceFile): void;
  putBack(file: DeviceFile): void;
  remove(file: DeviceFile): void;
  /** What its files have now. */
  known(): Knowledge;
  /** What the log holds at each place, by `stream originSeq`. */
  places(): ReadonlyMap<string, string>;
}

const libraryId = '11111111-1111-4111-8111-111111111111' as LibraryId;
const wireId = uuidToBytes(libraryId);
const ring = keyRing([{ id: 1, key: Buffer.alloc(32, 7).toString('base64') }], 1);
const log = silentLog();
const tagRef = (id: RecordId): RecordRef => ({ model: 'tag' as ModelName, id });

/** A device by its number, from 1, in a folder of its own; not started. */
export function memoryDevice(network: MemoryNetwork, folder: string, number: number): MemoryDevice {
  const device = `00000000-0000-4000-8000-00000000000${number}` as DeviceId;
  const path = (file: DeviceFile) => join(folder, file);
  const knowledge = new Map<string, Knowledge>();
  let running: Awaited<ReturnType<typeof open>> | undefined;

  async function open() {
    await migrateLibrary(path('library.db'), migrations);
    const library = openLibrary({ path: path('library.db'), libraryId, device, ring, models, migrations });
    const endpoint = network.connect();
    const libraryLog = openLastingLog({
      libraryId,
      device,
      path: path('sync.db'),
      openChannel: () => busChannel({ bus: endpoint.bus, library: libraryId, device, report: log }),
      surroundings: { nowMs: () => performance.now(), wallMs: () => Date.now(), random: () => Math.random() },
      onReadable: () => follower?.signal(),
      report: log,
    });
    const gate = { isOpen: true };
    const logStore = callsOf(libraryLog, gate);
    const relay = startRelay({ library, logStore, log });
    const follower = startFollower({ library, logStore, log });
    library.onChanges(() => relay.signal());
    const reader = openLibraryReader(path('library.db'), models);
    return { library, endpoint, libraryLog, gate, relay, follower, reader };
  }

  async function end(isKilled: boolean): Promise<void> {
    const { library, endpoint, libraryLog, gate, relay, follower, reader } = now();
    gate.isOpen = !isKilled;
    await relay.stop();
    await follower.stop();
    knowledge.set('library.db', knownByLibrary(library));
    knowledge.set('sync.db', knownByLog(libraryLog));
    running = undefined;
    await libraryLog.close();
    await endpoint.bus.close();
    reader.close();
    library.close();
  }

  function now() {
    if (running === undefined) throw new Error(`device ${number} does not run`);
    return running;
  }

  async function putRecord(ref: RecordRef, fields: Record<string, Value>): Promise<void> {
    const put = { kind: 'put', ref, fields: new Map(Object.entries(fields)), seen: null } as const;
    await now().library.write([put]);
  }

  return {
    start: async () => {
      running = await open();
    },
    stop: () => end(false),
    kill: () => end(true),
    cut: () => now().endpoint.cut(),
    heal: () => now().endpoint.heal(),
    put: (tag, fields) => putRecord(tagRef(tag), fields),
    putRecord,
    device,
    path,
    dump: () => [...now().reader.dump()],
    logId: () => now().libraryLog.status().logId,
    entries: () => now().libraryLog.status().entries,
    versionOf: (tag) => parseVersion(now().library.store.records.version(tagRef(tag)) ?? ''),
    isQuiet: () => {
      const { library, libraryLog, follower } = now();
      if (follower.state().state !== 'ready') return false;
      const { logId, headSeq, appliedSeq } = libraryLog.status();
      const isRead = appliedSeq === headSeq && (library.cursor.read()?.logId ?? logId) === logId;
      return isRead && library.outboxCount() === 0 && library.logMemory.wholeLogId() === logId;
    },
    keep: (file) => {
      if (!existsSync(path(file))) return;
      copyFileSync(path(file), `${path(file)}.kept`);
      knowledge.set(`${file}.kept`, knowledge.get(file) ?? new Map());
    },
    putBack: (file) => {
      if (!existsSync(`${path(file)}.kept`)) return;
      copyFileSync(`${path(file)}.kept`, path(file));
      knowledge.set(file, knowledge.get(`${file}.kept`)!);
    },
    remove: (file) => {
      rmSync(path(file), { force: true });
      knowledge.delete(file);
    },
    known: () =>
      running === undefined
        ? joined([knowledge.get('library.db'), knowledge.get('sync.db')])
        : joined([knownByLibrary(running.library), knownByLog(running.libraryLog)]),
    places: () => placesOf(now().libraryLog),
  };
}

/** The log-store as its device's own services call it; nobody answers once the gate is shut. */
function callsOf(libraryLog: LibraryLog, gate: { readonly isOpen: boolean }) {
  const through = <Request, Reply>(call: (request: Request) => Reply) => {
    return async (request: Request): Promise<Reply> => {
      if (!gate.isOpen) throw new ShoalError('unavailable', 'the device was killed');
      return call(request);
    };
  };
  return {
    append: through(libraryLog.append),
    read: through(libraryLog.read),
    recognise: through(libraryLog.recognise),
    ask: through(libraryLog.ask),
    acknowledge: through((request: Parameters<LibraryLog['acknowledge']>[0]) => {
      libraryLog.acknowledge(request);
      return {};
    }),
  };
}

/** What files know, taken together. */
export function joined(all: Iterable<Knowledge | undefined>): Knowledge {
  const known = new Map<string, Version>();
  for (const one of all) {
    for (const [tag, version] of one ?? [])
      known.set(tag, joinVersions(known.get(tag) ?? emptyVersion, version));
  }
  return known;
}

function knownByLibrary(library: Library): Knowledge {
  const { records } = library.store;
  const refs = records.of('tag' as ModelName);
  return new Map(refs.map((ref) => [ref.id, parseVersion(records.version(ref)!)]));
}

function knownByLog(libraryLog: LibraryLog): Knowledge {
  return joined(entriesOf(libraryLog).map(({ header }) => new Map([[header.recordId, header.version]])));
}

function placesOf(libraryLog: LibraryLog): Map<string, string> {
  return new Map(
    entriesOf(libraryLog).map(({ position, sealed }) => [
      `${position.stream} ${position.originSeq}`,
      Buffer.from(sealed).toString('hex'),
    ]),
  );
}

function entriesOf(libraryLog: LibraryLog) {
  const entries = [];
  for (let fromSeq = 1; ; ) {
    const page = libraryLog.read({ libraryId: wireId, logId: '', fromSeq, limit: 0 });
    entries.push(...page.entries.map(({ entry }) => parsePositionedEntry(entry!)));
    if (page.nextSeq <= fromSeq || page.nextSeq > page.headSeq) return entries;
    fromSeq = page.nextSeq;
  }
}
