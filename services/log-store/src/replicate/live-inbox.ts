import {
  type DeviceId,
  type ErrorCode,
  type LivePlan,
  limits,
  planLive,
  type StreamId,
  type Vector,
} from '@shoal/core';
import type { LiveEntries, PositionedEntry } from '@shoal/proto';
import type { SyncLog } from '../log/sync-log.ts';
import { parseEntries } from './parse-entries.ts';

export interface LiveInboxOptions {
  readonly log: SyncLog;
  /** Whether nothing is taken in for now (ING-5): then what comes is only noted as what its sender has. */
  readonly isThrottled: () => boolean;
  /** So many were stored. */
  readonly onStored: (count: number) => void;
  /** The peer has more than we could take. */
  readonly onGap: (device: DeviceId, missing: Vector) => void;
  /** Entries that the device told were not taken. */
  readonly onRefused?: (device: DeviceId, reasons: readonly ErrorCode[]) => void;
  readonly onFailed: (error: unknown) => void;
}

interface LiveMessage {
  readonly from: DeviceId;
  readonly message: LiveEntries;
}

/**
 * Takes live messages in (REP-3): those that are there together are stored in one transaction, as each one costs a
 * write to the disk. Bounded; what does not fit is dropped and found by the next heartbeat.
 */
export function openLiveInbox(options: LiveInboxOptions) {
  const { log } = options;
  let waiting: LiveMessage[] = [];
  let drain: NodeJS.Immediate | undefined;

  function drainNow(): void {
    drain = undefined;
    const messages = waiting;
    waiting = [];
    try {
      store(messages);
    } catch (error) {
      options.onFailed(error);
    }
  }

  function store(messages: readonly LiveMessage[]): void {
    const senderByStream = new Map<StreamId, DeviceId>();
    const entries = messages.flatMap(({ from, message }) => {
      const { entries: parsed, refused } = parseEntries(log.libraryId, message.entries);
      if (refused.length > 0) options.onRefused?.(from, refused);
      for (const { position } of parsed) senderByStream.set(position.stream, from);
      return parsed;
    });
    const { take, missing } = plan(entries.map(placed));
    const count = log.store(take.map(({ entry }) => entry));
    if (count > 0) options.onStored(count);
    for (const [stream, originSeq] of missing) {
      options.onGap(senderByStream.get(stream)!, new Map([[stream, originSeq]]));
    }
  }

  function plan(placedEntries: readonly ReturnType<typeof placed>[]): LivePlan<ReturnType<typeof placed>> {
    if (!options.isThrottled()) return planLive(log.have, placedEntries);
    const missing = new Map<StreamId, number>();
    for (const { stream, originSeq } of placedEntries) {
      missing.set(stream, Math.max(originSeq, missing.get(stream) ?? 0));
    }
    return { take: [], missing };
  }

  return {
    add(from: DeviceId, message: LiveEntries): void {
      if (waiting.length >= limits.liveQueueMax) return;
      waiting.push({ from, message });
      drain ??= setImmediate(drainNow);
    },
    close(): void {
      clearImmediate(drain);
      waiting = [];
    },
  };
}

function placed(entry: PositionedEntry) {
  return { stream: entry.position.stream, originSeq: entry.position.originSeq, entry };
}
