import type { DeviceId, LogId, LogSighting, Moment, RecordRef, StreamId, Wanted } from '@shoal/core';
import { ackOfLog } from '../data/ack-of-log.ts';
import type { Change, Entry, ReceivedEntry } from '../data/entry.ts';
import type { LogFile, Sightings } from '../data/log-file.ts';
import { readWhole } from '../data/read-whole.ts';
import { type PullReply, type PullRequest, servePull } from '../data/serve-pull.ts';
import type { Life } from '../time/life.ts';
import { startAsker } from './ask-peers.ts';
import type { Role } from './device.ts';
import type { DevicePressure } from './device-pressure.ts';
import { type Exchange, type Heartbeat, startExchange } from './exchange.ts';
import type { ReadPage } from './ingest-process.ts';
import type { Surroundings } from './surroundings.ts';

/** Phase 2 of one device: appends, serves, replicates. Each answer is given when what it says is durable. */
export interface LogStoreProcess {
  readonly life: Life;
  readonly stream: StreamId;
  append(group: readonly Change[]): LogSighting;
  /** Compares the log with what the library saw of it; `isSettled`: what it lacks may be appended again (REP-6). */
  recognise(
    sightings: Sightings | null,
    wholeLogId: LogId | null,
  ): { readonly logId: LogId; readonly isSettled: boolean };
  read(fromSeq: number, limit: number): ReadPage;
  acknowledge(logId: LogId, appliedSeq: number, exceptions: ReadonlySet<string>): void;
  pull(request: PullRequest): PullReply;
  /** Searches for records that the library lacks (DEP-4). */
  want(wanted: readonly Wanted[]): void;
  fetch(refs: readonly RecordRef[]): Entry[];
  /** Removes what is superseded; answers how many entries went. */
  compact(): number;
  /** Reads the log through and sets aside what is damaged (LOG-1). */
  scrub(): void;
  readonly exchange: Exchange;
}

/** What a log-store says to the others; the network decides what becomes of it. */
export interface Channel {
  publishLive(entries: readonly Entry[]): void;
  publishHeartbeat(beat: Heartbeat): void;
  /** One of the two is called, once, if `life` is still alive. */
  pull(
    device: DeviceId,
    request: PullRequest,
    life: Life,
    answer: {
      readonly done: (reply: ReceivedReply) => void;
      readonly failed: () => void;
    },
  ): void;
  /** As `pull`, for what a device has of some records (DEP-4). */
  fetch(
    device: DeviceId,
    refs: readonly RecordRef[],
    life: Life,
    answer: {
      readonly done: (entries: readonly ReceivedEntry[]) => void;
      readonly failed: () => void;
    },
  ): void;
}

/** A page as it arrives: null for entries that were damaged on the way. */
export interface ReceivedReply {
  readonly page: PullReply['page'];
  readonly entries: readonly (Entry | null)[];
}

export function startLogStore(options: {
  readonly surroundings: Surroundings;
  readonly device: DeviceId;
  readonly role: Role;
  readonly file: LogFile;
  /** Every start numbers what it appends in a stream of its own (REP-6). */
  readonly stream: StreamId;
  readonly life: Life;
  readonly channel: Channel;
  readonly pressure: DevicePressure;
  /** Ingest may read on. A hint. */
  readonly onReadable: () => void;
}): LogStoreProcess {
  const { surroundings, device, file, stream, life, channel, onReadable } = options;
  const { scheduler, random, parts, watcher, sizes } = surroundings;
  const given = new Map<number, string>();
  const moment = (): Moment => ({ nowMs: scheduler.nowMs, random: random.next() });
  const ackOf = () => (options.role === 'hub' ? null : ackOfLog(device, stream, file));
  const throttle = () => throttleNow(parts, options);
  const common = { surroundings, device, file, life, channel, onReadable };
  const exchange = startExchange({ ...common, moment, ackOf, throttle });
  // What is asked for by name comes also where the disk or ingest hold back the rest, but not against a pause (ING-5).
  const peers = () => (throttle() === 'paused' ? [] : exchange.present());
  const asker = startAsker({ ...common, peers });

  /** Runs what may find the log gone back, or entries of it damaged: then peers are asked at once (REP-6, LOG-1). */
  function noticing<T>(work: () => T): T {
    const { logId } = file.content;
    try {
      return work();
    } finally {
      if (file.content.logId !== logId && life.isAlive) exchange.wentBack();
    }
  }

  return {
    life,
    stream,
    exchange,
    want: asker.want,
    fetch: (refs) => file.ofRecords(refs),
    append(group) {
      const appended = file.append(stream, group);
      const sighting = () => ({ logId: file.content.logId, life: stream, seq: file.content.headSeq });
      if (appended.length === 0) return sighting();
      watcher.appended(device, appended);
      // Durable first; only then may anybody hear of it. A crash lies between the two.
      if (!life.isAlive) return sighting();
      for (let at = 0; at < appended.length; at += sizes.pageEntries) {
        channel.publishLive(appended.slice(at, at + sizes.pageEntries));
      }
      onReadable();
      return sighting();
    },
    recognise(sightings, wholeLogId) {
      if (sightings !== null) noticing(() => file.recognise(sightings));
      if (wholeLogId !== null) file.declareWhole(wholeLogId);
      // What waits for its group is not read yet: what of it opens for nobody would stand for what is appended again.
      const isReadable = file.readableSeq === file.content.headSeq;
      return { logId: file.content.logId, isSettled: isReadable && exchange.isSettled() };
    },
    read(fromSeq, limit) {
      const page = noticing(() => readWhole(parts, file, { fromSeq, limit }));
      watcher.read(device, fromSeq, page.nextSeq);
      return { logId: file.content.logId, life: stream, ...page };
    },
    acknowledge(logId, appliedSeq, exceptions) {
      file.acknowledge(logId, appliedSeq, exceptions);
      if (life.isAlive && exchange.throttle() === 'unapplied') exchange.weigh();
    },
    pull(request) {
      const reply = noticing(() => servePull(parts, { log: file, life: stream, given }, request));
      watcher.served(device, reply.page.have);
      return reply;
    },
    compact: () => noticing(() => file.compact()),
    scrub: () => noticing(() => file.setAsideDamaged()),
  };
}

function throttleNow(
  parts: Surroundings['parts'],
  { role, file, pressure, surroundings }: Parameters<typeof startLogStore>[0],
) {
  const { isPaused, isDiskFull } = pressure;
  // A hub has nothing to apply.
  const unapplied = role === 'hub' ? 0 : file.readableSeq - file.content.appliedSeq;
  const { unappliedMax } = surroundings.sizes;
  const bounds = { diskFreeMinBytes: 1, unappliedMax };
  return parts.throttleOf({ isPaused, diskFreeBytes: isDiskFull ? 0 : null, unapplied }, bounds);
}
