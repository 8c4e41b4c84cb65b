import {
  asShoalError,
  type DeviceId,
  type ErrorCode,
  type PeerEvent,
  ShoalError,
  unreachable,
  type Vector,
} from '@shoal/core';
import type { Log } from '@shoal/service-kit';
import type { SyncLog } from '../log/sync-log.ts';
import type { LogPressure } from '../upkeep/pressure.ts';
import type { LibraryChannel } from './library-channel.ts';
import { type RoundEnd, runRound } from './run-round.ts';

/** The pull rounds of one log, at most one with each peer; how many run at once is the session's to say. */
export interface PeerRounds {
  /** Begins a round, or goes on with the one that was cut, also by the end of a process (REP-2). */
  pull(device: DeviceId): void;
  /** Ends a round that makes no progress; what it still says is not listened to. */
  abandon(device: DeviceId): void;
  /** Ends all of them; resolves when none writes any more. */
  close(): Promise<void>;
}

export interface PeerRoundsOptions {
  readonly log: SyncLog;
  readonly pull: LibraryChannel['pull'];
  readonly pressure: Pick<LogPressure, 'throttle'>;
  /** Something new was stored or claimed. */
  readonly onReadable: () => void;
  /** What a peer says that it has. */
  readonly onHave: (have: Vector) => void;
  /** How a round goes: `progressed`, then `finished`, `failed` or `throttled`. */
  readonly onEvent: (event: PeerEvent) => void;
  /** Entries that the peer gave were not taken. */
  readonly onRefused: (device: DeviceId, reasons: readonly ErrorCode[]) => void;
  readonly report: Log;
}

/** Runs rounds. Before each page it is weighed whether there is room for it (ING-5). */
export function openPeerRounds(options: PeerRoundsOptions): PeerRounds {
  const { log, pressure, onReadable, onHave, onEvent, report } = options;
  const running = new Map<DeviceId, AbortController>();
  const ending = new Set<Promise<void>>();
  let isClosed = false;

  async function run(device: DeviceId, controller: AbortController): Promise<void> {
    const isOurs = () => running.get(device) === controller;
    let isThrottled = false;
    const end = await runRound(
      {
        log,
        ask: async (request) => {
          isThrottled = pressure.throttle() !== null;
          if (isThrottled) throw new ShoalError('unavailable', 'nothing is taken in for now');
          return options.pull(device, request, controller.signal);
        },
        onPage: (stored, { round, ofSeq }) => {
          if (round.kind === 'reading') {
            log.backfill.keepRound(round, { device, atSeq: round.token.seq, ofSeq });
          }
          if (stored > 0) onReadable();
          if (isOurs()) onEvent({ kind: 'progressed', device, hasBrought: stored > 0 });
        },
        onHave,
        onRefused: (reasons) => options.onRefused(device, reasons),
      },
      log.backfill.round(device, log.logId),
    );
    if (end.kind !== 'cut') forget(device);
    if (!isClosed) tell(device, end);
    if (!isOurs()) return;
    running.delete(device);
    if (end.kind === 'finished' && end.hasBrought) onReadable();
    onEvent(eventOf(device, end, isThrottled));
  }

  /** A round that is kept though it is over costs its last page once more. */
  function forget(device: DeviceId): void {
    try {
      log.backfill.forgetRound(device);
    } catch (error) {
      report.error({ err: error, peer: device }, 'a round that is over is still kept');
    }
  }

  function tell(device: DeviceId, end: RoundEnd): void {
    switch (end.kind) {
      case 'cut': {
        const { code, message } = asShoalError(end.error);
        report.debug({ peer: device, code, reason: message }, 'pull round cut');
        return;
      }
      case 'abandoned':
        report.warn({ peer: device, reason: end.reason }, 'pull round abandoned');
        return;
      case 'finished':
        if (end.hasRefused) report.warn({ peer: device }, 'pull round with damaged entries');
        return;
      default:
        unreachable(end);
    }
  }

  return {
    pull(device) {
      const controller = new AbortController();
      running.set(device, controller);
      const over = run(device, controller).finally(() => ending.delete(over));
      ending.add(over);
    },
    abandon(device) {
      running.get(device)?.abort(new ShoalError('deadline-exceeded', 'no progress'));
      running.delete(device);
    },
    async close() {
      isClosed = true;
      for (const controller of running.values()) controller.abort();
      await Promise.all(ending);
    },
  };
}

function eventOf(device: DeviceId, end: RoundEnd, isThrottled: boolean): PeerEvent {
  if (end.kind === 'finished') return { kind: 'finished', device, hasBrought: end.hasBrought };
  return { kind: isThrottled ? 'throttled' : 'failed', device };
}
