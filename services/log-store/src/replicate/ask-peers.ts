import {
  type AskFor,
  asShoalError,
  countFruitless,
  type DeviceId,
  noAsks,
  planAsks,
  type RecordRef,
  refKey,
  stepAsks,
  type Wanted,
} from '@shoal/core';
import { type FetchReply, type FetchRequest, recordNamesToWire, uuidToBytes } from '@shoal/proto';
import type { Log } from '@shoal/service-kit';
import type { SyncLog } from '../log/sync-log.ts';
import { parseEntries } from './parse-entries.ts';
import type { Surroundings } from './replicate.ts';

/** Searches at the other devices for records that this one lacks (DEP-4). */
export interface Asker {
  /** The whole list of what is lacking; answers how many of them everybody who was there was asked for, in vain. */
  want(wanted: readonly Wanted[]): number;
  /** Ends what is under way; leaves no timer. */
  close(): Promise<void>;
}

export interface AskerOptions {
  readonly log: Pick<SyncLog, 'libraryId' | 'storeAsked'>;
  /** The devices that are there now. */
  readonly peers: () => readonly DeviceId[];
  /** Asks one of them. Throws what the channel throws. */
  readonly fetch: (device: DeviceId, request: FetchRequest, signal: AbortSignal) => Promise<FetchReply>;
  readonly surroundings: Surroundings;
  /** Something came that ingest may read. */
  readonly onStored: () => void;
  readonly report: Log;
}

/**
 * A shell around the searches of core, which say whom to ask for what, and when. What comes is stored like what comes
 * any other way; what was not asked for is let go. Nothing is lost with a restart: ingest says again what it lacks.
 */
export function openAsker(options: AskerOptions): Asker {
  const { log, surroundings, report } = options;
  const underWay = new Map<DeviceId, Promise<void>>();
  const ending = new AbortController();
  let asks = noAsks;
  let timer: NodeJS.Timeout | undefined;

  const moment = () => ({ nowMs: surroundings.nowMs(), random: surroundings.random() });

  function look(): void {
    if (ending.signal.aborted) return;
    // A device that still answers for records that are wanted no longer is not asked beside that.
    const peers = options.peers().filter((device) => !underWay.has(device));
    const plan = planAsks(asks, peers, moment());
    asks = plan.asks;
    for (const each of plan.askFor) underWay.set(each.device, ask(each));
    clearTimeout(timer);
    if (plan.wakeAtMs === null) return;
    timer = setTimeout(look, Math.max(1, plan.wakeAtMs - surroundings.nowMs()));
  }

  async function ask({ device, refs }: AskFor): Promise<void> {
    try {
      const request = { libraryId: uuidToBytes(log.libraryId), records: recordNamesToWire(refs) };
      const reply = await options.fetch(device, request, ending.signal);
      const named = take(device, refs, reply);
      asks = stepAsks(asks, { kind: 'answered', device, named, isFull: reply.full }, moment());
    } catch (error) {
      const { code, message } = asShoalError(error);
      if (!ending.signal.aborted) {
        report.debug({ peer: device, code, reason: message }, 'missing records were not given');
      }
      asks = stepAsks(asks, { kind: 'failed', device }, moment());
    }
    underWay.delete(device);
    look();
  }

  /** Stores what was asked for; answers which records that is. */
  function take(device: DeviceId, refs: readonly RecordRef[], reply: FetchReply): RecordRef[] {
    const asked = new Set(refs.map(refKey));
    const parsed = parseEntries(log.libraryId, reply.entries);
    const refOf = ({ header }: (typeof parsed.entries)[number]) => ({
      model: header.model,
      id: header.recordId,
    });
    const wanted = parsed.entries.filter((entry) => asked.has(refKey(refOf(entry))));
    const stored = log.storeAsked(wanted);
    if (stored > 0) {
      report.info({ peer: device, entries: stored }, 'entries of missing records came from a peer');
      options.onStored();
    }
    return wanted.map(refOf);
  }

  return {
    want(wanted) {
      asks = stepAsks(asks, { kind: 'wanted', wanted }, moment());
      look();
      return countFruitless(asks);
    },
    async close() {
      ending.abort();
      clearTimeout(timer);
      await Promise.all(underWay.values());
    },
  };
}
