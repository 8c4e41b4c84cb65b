import {
  type Ack,
  type DeviceId,
  evaluate,
  isPresent,
  isSettled,
  type LogId,
  limits,
  type Moment,
  openSession,
  type PullRound,
  type SessionAction,
  type SessionEvent,
  stepSession,
  type ThrottleReason,
  unreachable,
  type Vector,
} from '@shoal/core';
import type { ReceivedEntry } from '../data/entry.ts';
import type { LogFile } from '../data/log-file.ts';
import { createLife, type Life } from '../time/life.ts';
import type { Timer } from '../time/scheduler.ts';
import { commits, committed } from './commits.ts';
import type { Channel } from './log-store-process.ts';
import { runRound } from './run-round.ts';
import type { Surroundings } from './surroundings.ts';

/** What a log-store says of itself at intervals (REP-3). */
export interface Heartbeat {
  readonly logId: LogId;
  readonly headSeq: number;
  readonly have: Vector;
  readonly isReplyWanted: boolean;
  /** What it says to have applied; null of a hub (LOG-3). */
  readonly ack: Ack | null;
}

/** The exchange of one log-store with the others: a shell around core's session, which decides (REP-3, REP-4). */
export interface Exchange {
  hearLive(from: DeviceId, entries: readonly ReceivedEntry[]): void;
  hearHeartbeat(from: DeviceId, beat: Heartbeat): void;
  /** The network is there again. */
  connected(): void;
  /** The log took a new id: asks everybody at once what it lacks (REP-6). */
  wentBack(): void;
  /** Whether a peer has given what the log lacked since it began or went back, or none will (REP-6). */
  isSettled(): boolean;
  /** The devices that were heard lately. */
  present(): DeviceId[];
  /** What weighs on the log may have changed (ING-5). */
  weigh(): void;
  throttle(): ThrottleReason | null;
  /** How pulling from each peer stands, for people. */
  describePeers(): string;
}

export function startExchange(options: {
  readonly surroundings: Surroundings;
  readonly device: DeviceId;
  readonly file: LogFile;
  readonly life: Life;
  readonly channel: Channel;
  readonly moment: () => Moment;
  readonly ackOf: () => Ack | null;
  /** Why nothing is taken in for now (ING-5). */
  readonly throttle: () => ThrottleReason | null;
  readonly onReadable: () => void;
}): Exchange {
  const { surroundings, device: self, file, life, channel, moment, throttle, onReadable } = options;
  const { scheduler, parts, watcher } = surroundings;
  const running = new Map<DeviceId, Life>();
  const cutRounds = new Map<DeviceId, PullRound>();
  let session = openSession(scheduler.nowMs);
  let freshMs = scheduler.nowMs;
  // Nobody can have followed a log without entries: it did not go back, it is new.
  let isRenewed = file.content.headSeq === 0;
  let timer: Timer | undefined;
  let held: { readonly firstSeq: number; readonly sinceMs: number } | null = null;

  /** For events that chance has no say in: what it decides otherwise does not hang on them. */
  const now = (): Moment => ({ nowMs: scheduler.nowMs, random: 0 });

  function step(event: SessionEvent): void {
    session = stepSession(session, event, moment());
    look();
  }

  function look(): void {
    if (!life.isAlive) return;
    session = stepSession(session, { kind: 'weighed', throttle: throttle() }, now());
    const evaluation = evaluate(session, file.content.have, moment());
    session = evaluation.session;
    for (const action of evaluation.actions) act(action);
    if (releaseOldGroup()) onReadable();
    timer?.cancel();
    timer = life.after(Math.max(1, evaluation.wakeAtMs - scheduler.nowMs), look);
  }

  function act(action: SessionAction): void {
    switch (action.kind) {
      case 'beat': {
        const { logId, headSeq } = file.content;
        const have = parts.heartbeatVector({ have: file.content.have, offered: file.offered() });
        const { isReplyWanted } = action;
        channel.publishHeartbeat({ logId, headSeq, have, isReplyWanted, ack: options.ackOf() });
        return;
      }
      case 'pull':
        pull(action.device);
        return;
      case 'abandon':
        running.get(action.device)?.end();
        running.delete(action.device);
        return;
      case 'report-stuck':
        watcher.told(self, () => `stuck with ${action.device.slice(-1)} for ${action.forMs} ms`);
        return;
      default:
        unreachable(action);
    }
  }

  function wentBack(): void {
    watcher.told(self, () => 'its log went back and takes a new id');
    isRenewed = true;
    freshMs = scheduler.nowMs;
    onReadable();
    step({ kind: 'connected' });
  }

  function compareOwn(theirs: Vector): void {
    if (!isRenewed && committed(() => file.compareOwn(self, theirs)) === true) wentBack();
  }

  function pull(device: DeviceId): void {
    const own = createLife(scheduler, life);
    running.set(device, own);
    let isThrottled = false;
    const isOurs = () => life.isAlive && running.get(device) === own;
    runRound({
      surroundings,
      file,
      from: cutRounds.get(device),
      onHave: compareOwn,
      ask(request, answer) {
        isThrottled = throttle() !== null;
        if (isThrottled) {
          answer.failed();
          return;
        }
        watcher.takesIn(self);
        channel.pull(device, request, own, answer);
      },
      onPage: (stored) => {
        if (stored > 0) onReadable();
        if (isOurs()) step({ kind: 'progressed', device, hasBrought: stored > 0 });
      },
      onEnd: (end) => {
        if (end.kind === 'finished') watcher.gaveUpGroups(self, file.content.headSeq);
        if (!life.isAlive) return;
        cutRounds.delete(device);
        if (end.kind === 'cut') cutRounds.set(device, end.round);
        watcher.told(self, () => `round with ${device.slice(-1)}: ${end.kind}`);
        if (!isOurs()) return;
        running.delete(device);
        if (end.kind === 'finished') {
          if (end.hasBrought) onReadable();
          step({ kind: 'finished', device, hasBrought: end.hasBrought });
        } else {
          step({ kind: isThrottled ? 'throttled' : 'failed', device });
        }
      },
    });
  }

  /** A group whose rest never comes is read as it is after a while (REP-8). */
  function releaseOldGroup(): boolean {
    const firstSeq = file.firstOpenSeq();
    if (firstSeq === null) {
      held = null;
      return false;
    }
    if (held?.firstSeq !== firstSeq) {
      held = { firstSeq, sinceMs: scheduler.nowMs };
      return false;
    }
    if (scheduler.nowMs - held.sinceMs < limits.groupWaitMs) return false;
    held = null;
    watcher.gaveUpGroups(self, file.content.headSeq);
    return commits(() => file.releaseGroups(firstSeq));
  }

  look();
  return {
    hearLive(from, received) {
      if (throttle() !== null) return;
      const entries = received.filter((entry) => entry !== null);
      const { take, missing } = parts.planLive(file.content.have, entries);
      const stored = committed(() => file.store(take));
      if (stored === null) return;
      if (stored > 0) {
        watcher.takesIn(self);
        watcher.told(self, () => `live from ${from.slice(-1)}: ${stored} stored`);
        onReadable();
        look();
      }
      if (missing.size > 0) step({ kind: 'gap', device: from, missing });
    },
    hearHeartbeat(from, { logId, headSeq, have, isReplyWanted, ack }) {
      if (isReplyWanted) {
        session = stepSession(session, { kind: 'asked' }, moment());
        // Only who has just begun, or was away, wants an answer at once.
        if (parts.knowsWhoBegan) session = stepSession(session, { kind: 'began', device: from }, now());
      }
      compareOwn(have);
      if (ack !== null) commits(() => file.hearAck(ack));
      step({ kind: 'heard', device: from, logId, headSeq, have });
    },
    connected: () => step({ kind: 'connected' }),
    wentBack,
    isSettled: () =>
      isSettled({ sinceMs: freshMs, peers: session.peers, have: file.content.have }, scheduler.nowMs),
    present: () =>
      [...session.peers.values()]
        .filter((peer) => isPresent(peer, scheduler.nowMs))
        .map(({ device }) => device),
    weigh: look,
    throttle: () => session.throttle,
    describePeers: () => [...session.peers.values()].map((peer) => peer.pull.kind).join(', '),
  };
}
