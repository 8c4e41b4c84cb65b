import { randomBytes } from 'node:crypto';
import {
  countBeyond,
  type DeviceId,
  isPresent,
  type LibraryId,
  type LogId,
  lifeId,
  limits,
  type Peers,
  ShoalError,
  type StreamId,
  type ThrottleBounds,
} from '@shoal/core';
import {
  type AcknowledgeRequest,
  type AppendReply,
  type AppendRequest,
  type AskReply,
  type AskRequest,
  type FetchReply,
  type FetchRequest,
  type LogStatusReply,
  lastSightingFromWire,
  lifeToBytes,
  type ParsedEntry,
  type PullReply,
  type PullRequest,
  parseEntry,
  type ReadReply,
  type ReadRequest,
  type RecogniseReply,
  type RecogniseRequest,
  sightingsFromWire,
  uuidFromBytes,
  wantedFromWire,
} from '@shoal/proto';
import type { Log } from '@shoal/service-kit';
import { durableStep } from '@shoal/telemetry';
import { parseAcknowledgement } from './log/acknowledgement.ts';
import { noticeRenewal } from './log/notice-renewal.ts';
import { type LogRole, SyncLog } from './log/sync-log.ts';
import { logStatus } from './log-status.ts';
import { logTelemetry, type PeerDistance } from './log-telemetry.ts';
import { openAsker } from './replicate/ask-peers.ts';
import type { LibraryChannel } from './replicate/library-channel.ts';
import { Replication, type Surroundings } from './replicate/replicate.ts';
import { fetchRecords } from './serve/fetch-records.ts';
import { pullPage } from './serve/pull-page.ts';
import { readPage } from './serve/read-page.ts';
import { isStructuralDamage } from './store/structural-damage.ts';
import { openCompactor } from './upkeep/compactor.ts';
import { openPressure } from './upkeep/pressure.ts';
import { openScrub } from './upkeep/scrub.ts';
import { tellFailures } from './upkeep/tell-failures.ts';
import { verifyEntries } from './upkeep/verify-entries.ts';

export interface LibraryLogOptions {
  readonly libraryId: LibraryId;
  readonly device: DeviceId;
  /** The path of sync.db. */
  readonly path: string;
  /** The file was found to be damaged beyond single entries: no method may be called any more but `close` (LOG-1). */
  readonly onDamaged?: (error: unknown) => void;
  /** A member, where nothing is said. */
  readonly role?: LogRole;
  readonly channel: LibraryChannel;
  readonly surroundings: Surroundings;
  /** Whether nothing is to be taken in from others; `setPaused` says when that changes. */
  readonly isPaused?: boolean;
  /** Bytes that are free where sync.db lies; null, and where it is not given: nobody can tell (ING-5). */
  readonly diskFreeBytes?: () => number | null;
  /** Where pulling begins to wait; `limits`, where it is not given (ING-5). */
  readonly throttleBounds?: ThrottleBounds;
  /** The log may be read up to `headSeq` now, by what the device appended or others sent: told to its own services. */
  readonly onReadable: (headSeq: number, from: 'device' | 'others') => void;
  readonly report: Log;
}

/** What the log-store does for one library. Each answer is given when what it says is durable. */
export interface LibraryLog {
  append(request: AppendRequest): AppendReply;
  read(request: ReadRequest): ReadReply;
  pull(request: PullRequest): PullReply;
  acknowledge(request: AcknowledgeRequest): void;
  /** Compares the log with what the device's library saw of it (REP-6). */
  recognise(request: RecogniseRequest): RecogniseReply;
  /** Searches for records that the device's library lacks (DEP-4). */
  ask(request: AskRequest): AskReply;
  fetch(request: FetchRequest): FetchReply;
  status(): LogStatusReply;
  /** A paused log takes nothing in from others; it is still appended to, told of and served (ING-4). */
  setPaused(isPaused: boolean): void;
  /** Ends what is under way, then closes sync.db. */
  close(): Promise<void>;
}

/**
 * Opens the log of one library and begins to exchange it with the other devices. Each opening numbers what it appends
 * in a stream of its own (REP-6). Throws `storage-failed`, `damaged-file`, `version-mismatch`.
 */
export function openLibraryLog(options: LibraryLogOptions): LibraryLog {
  const { libraryId, device, path, channel, surroundings, report } = options;
  const life = lifeId<StreamId>(device, randomBytes(8).toString('hex'));
  const role = options.role ?? 'member';
  const telemetry = logTelemetry(libraryId);
  const log = new SyncLog({
    path,
    libraryId,
    life,
    role,
    onStored: telemetry.received,
    ...(options.onDamaged && { onDamaged: options.onDamaged }),
  });
  const onReadable = () => options.onReadable(log.readableSeq, 'others');
  const tellFailure = tellFailures(report, surroundings.nowMs);
  const pressure = openPressure({
    log,
    isPaused: options.isPaused ?? false,
    hasIngest: role === 'member',
    diskFreeBytes: options.diskFreeBytes ?? (() => null),
    bounds: options.throttleBounds,
  });
  const onAcked = () => {
    if (role === 'hub') compactor.signal();
  };
  const replication = new Replication({
    log,
    device,
    channel,
    surroundings,
    pressure,
    onReadable,
    onAcked,
    telemetry,
    report,
  });
  const present = () => presentDevices(replication.peers, surroundings.nowMs());
  const stopTelling = telemetry.distances(() => peerDistances(log, replication.peers, surroundings.nowMs()));
  const noticing = <T>(work: () => T): T => {
    try {
      return noticeRenewal(log, (reason) => replication.wentBack(reason), work);
    } catch (error) {
      // What a statement finds it has told already; this is what was read and does not fit together.
      if (isStructuralDamage(error)) options.onDamaged?.(error);
      throw error;
    }
  };
  const compactor = openCompactor({
    log: {
      compact() {
        const done = noticing(() => log.compact());
        telemetry.superseded(done.removed);
        return done;
      },
    },
    onFailed: (error) => tellFailure(error, 'superseded entries not removed'),
  });
  const scrub = openScrub({
    log,
    verify: (afterSeq, entriesMax) => noticing(() => verifyEntries(log, afterSeq, entriesMax)),
    random: surroundings.random,
    onFailed: (error) => tellFailure(error, 'the log could not be read through'),
  });
  const pull = (request: PullRequest) => noticing(() => pullPage(log, request));
  const fetch = (request: FetchRequest) => fetchRecords(log, request);
  channel.servePull(async (request) => {
    const page = pull(request);
    telemetry.given(page.entries.length, askerOf(request));
    return page;
  });
  channel.serveFetch(async (request) => {
    const found = fetch(request);
    telemetry.given(found.entries.length, askerOf(request));
    return found;
  });
  const asker = openAsker({
    log,
    // What is asked for by name comes also where the disk or ingest throttle the rest (ING-5), but not against a pause.
    peers: () => (pressure.throttle() === 'paused' ? [] : present()),
    fetch: channel.fetch,
    surroundings,
    onStored: onReadable,
    report,
  });

  return {
    append: (request) => {
      if (role === 'hub') throw new ShoalError('invalid-argument', 'a hub keeps what others write');
      const appended = telemetry.appending(() => log.append(parseGroup(libraryId, request)));
      if (appended.length > 0) {
        durableStep('append.after-commit');
        // Durable first; only then may anybody hear of it.
        replication.publish(appended);
        telemetry.sentLive(appended, present);
        options.onReadable(log.readableSeq, 'device');
        durableStep('append.after-publish');
      }
      const { logId, headSeq } = log;
      return { logId, headSeq, appended: appended.length, life: lifeToBytes(log.life) };
    },
    read: (request) => noticing(() => readPage(log, request)),
    pull,
    acknowledge: (request) => {
      noticing(() => log.acknowledge(parseAcknowledgement(request)));
      compactor.signal();
      if (replication.throttle === 'unapplied') replication.weigh();
    },
    recognise: ({ sightings, wholeLogId, lastRead, lastAppend }) => {
      noticing(() => {
        if (lastRead !== undefined) log.hearRead(lastSightingFromWire(lastRead));
        if (lastAppend !== undefined) log.hearAppend(lastSightingFromWire(lastAppend));
        log.recognise(sightingsFromWire(sightings));
      });
      log.declareWhole(wholeLogId as LogId);
      // What waits for its group is not read yet: what of it opens for nobody would stand for what the library appends.
      const isReadable = log.readableSeq === log.headSeq;
      return {
        logId: log.logId,
        life: lifeToBytes(log.life),
        settling: !replication.isSettled || !isReadable,
      };
    },
    ask: ({ wanted }) => ({ fruitless: asker.want(wantedFromWire(wanted)) }),
    fetch,
    status: () =>
      logStatus({ log, device, peers: replication.peers, throttle: pressure.throttle(), surroundings }),
    setPaused: (isPaused) => {
      pressure.setPaused(isPaused);
      replication.weigh();
    },
    close: async () => {
      stopTelling();
      await channel.close();
      await replication.close();
      await asker.close();
      compactor.close();
      scrub.close();
      log.close();
    },
  };
}

/** Who says to ask; undefined where nobody does, or nothing that could be a device. */
function askerOf({ deviceId }: PullRequest | FetchRequest): DeviceId | undefined {
  return deviceId?.length === 16 ? uuidFromBytes<DeviceId>(deviceId, 'device_id') : undefined;
}

function peerDistances(log: SyncLog, peers: Peers, nowMs: number): PeerDistance[] {
  return [...peers.values()]
    .filter((peer) => isPresent(peer, nowMs))
    .map(({ device, have }) => ({
      device,
      behind: countBeyond(have, log.have),
      ahead: countBeyond(log.have, have),
    }));
}

function presentDevices(peers: Peers, nowMs: number): DeviceId[] {
  return [...peers.values()].filter((peer) => isPresent(peer, nowMs)).map(({ device }) => device);
}

/** A group is taken whole or not at all: one bad entry refuses it, and changes nothing (SEC-5). */
function parseGroup(libraryId: LibraryId, { entries }: AppendRequest): ParsedEntry[] {
  if (entries.length > limits.batchEntriesMax) {
    throw new ShoalError(
      'payload-too-large',
      `"entries": expected at most ${limits.batchEntriesMax}, found ${entries.length}`,
      { field: 'entries' },
    );
  }
  return entries.map((wire) => {
    const entry = parseEntry(wire);
    if (entry.header.libraryId !== libraryId) {
      throw new ShoalError('invalid-argument', `"library_id" of an entry: expected ${libraryId}`, {
        field: 'library_id',
      });
    }
    // Deletes are sealed too (CHG-4), so nothing comes without a payload yet.
    if (entry.sealed.length === 0) {
      throw new ShoalError('malformed-message', '"sealed" of an entry: expected a sealed payload', {
        field: 'sealed',
      });
    }
    return entry;
  });
}
