import {
  asShoalError,
  type DeviceId,
  evaluate,
  isSettled,
  openSession,
  type Peers,
  type PullRound,
  type Session,
  type SessionAction,
  type SessionEvent,
  ShoalError,
  stepSession,
  unreachable,
  type Vector,
} from '@shoal/core';
import { type Heartbeat, type PositionedEntry, protocolVersion } from '@shoal/proto';
import type { Log } from '@shoal/service-kit';
import { openGroupWait } from './group-wait.ts';
import { type HeardBeat, heardBeat, heartbeatOf } from './heartbeat.ts';
import type { LibraryChannel } from './library-channel.ts';
import { planLiveMessages } from './live.ts';
import { openLiveInbox } from './live-inbox.ts';
import { runRound } from './run-round.ts';
import type { SyncLog } from './sync-log.ts';

/** Time and chance, as parameters. */
export interface Surroundings {
  /** Monotonic ms. */
  readonly nowMs: () => number;
  /** Unix ms, for people. */
  readonly wallMs: () => number;
  readonly random: () => number;
}

export interface ReplicationOptions {
  readonly log: SyncLog;
  readonly device: DeviceId;
  readonly channel: LibraryChannel;
  readonly surroundings: Surroundings;
  /** More may be read from the log than before. */
  readonly onReadable: () => void;
  readonly report: Log;
}

/**
 * The exchange of one library with the other log-stores: a shell around the session of core, which decides (REP-3,
 * REP-4). Starts speaking at once; `close` ends the rounds under way and leaves no timer.
 */
export class Replication {
  readonly #options: ReplicationOptions;
  readonly #inbox: ReturnType<typeof openLiveInbox>;
  readonly #groupWait: ReturnType<typeof openGroupWait>;
  readonly #running = new Map<DeviceId, AbortController>();
  readonly #cutRounds = new Map<DeviceId, PullRound>();
  readonly #refusedVersions = new Set<DeviceId>();
  readonly #ending = new Set<Promise<void>>();
  #session: Session;
  /** Since when the log is as new as it is. */
  #freshMs: number;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: ReplicationOptions) {
    const { log, channel, surroundings } = options;
    this.#options = options;
    this.#freshMs = surroundings.nowMs();
    this.#session = openSession(this.#freshMs);
    this.#groupWait = openGroupWait(log, surroundings.nowMs);
    this.#inbox = openLiveInbox({
      log,
      onStored: () => {
        options.onReadable();
        this.#look();
      },
      onGap: (device, missing) => this.#step({ kind: 'gap', device, missing }),
      onFailed: (error) => options.report.error({ err: error }, 'live entries not stored'),
    });
    channel.onLive((from, message) => this.#inbox.add(from, message));
    channel.onHeartbeat((from, beat) => this.#hear(from, beat));
    channel.onConnected(() => this.#step({ kind: 'connected' }));
    this.#look();
  }

  /** What we know of the others. */
  get peers(): Peers {
    return this.#session.peers;
  }

  /** Whether a peer has given what the log lacked since it began or went back, or none will (REP-6). */
  get isSettled(): boolean {
    const { log, surroundings } = this.#options;
    const settling = { sinceMs: this.#freshMs, peers: this.#session.peers, have: log.have };
    return isSettled(settling, surroundings.nowMs());
  }

  /** The log was found to have gone back and took a new id: asks everybody at once what it lacks (REP-6). */
  wentBack(reason: string): void {
    const { log, surroundings, report, onReadable } = this.#options;
    report.warn({ logId: log.logId, reason }, 'the log went back and took a new id');
    this.#freshMs = surroundings.nowMs();
    onReadable();
    this.#step({ kind: 'connected' });
  }

  /** Tells the others what was just appended (REP-3). */
  publish(appended: readonly PositionedEntry[]): void {
    for (const entries of planLiveMessages(appended)) this.#options.channel.publishLive({ entries });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#inbox.close();
    for (const controller of this.#running.values()) controller.abort();
    await Promise.all(this.#ending);
  }

  #hear(from: DeviceId, beat: Heartbeat): void {
    let heard: HeardBeat | null;
    try {
      heard = heardBeat(from, beat);
    } catch (error) {
      this.#options.report.warn({ peer: from, code: asShoalError(error).code }, 'heartbeat not understood');
      return;
    }
    if (heard === null || !this.#speaksOurs(heard)) return;
    this.#compareOwn(heard.have);
    const { device, logId, headSeq, have, isReplyWanted } = heard;
    if (isReplyWanted) this.#session = stepSession(this.#session, { kind: 'asked' }, this.#moment());
    this.#step({ kind: 'heard', device, logId, headSeq, have });
  }

  #compareOwn(theirs: Vector): void {
    if (this.#options.log.compareOwn(theirs)) this.wentBack('a peer has more of what this device wrote');
  }

  #speaksOurs(heard: HeardBeat): boolean {
    if (heard.protocolVersion === protocolVersion) return true;
    if (!this.#refusedVersions.has(heard.device)) {
      this.#refusedVersions.add(heard.device);
      this.#options.report.warn(
        { peer: heard.device, found: heard.protocolVersion },
        'peer of another version',
      );
    }
    return false;
  }

  #step(event: SessionEvent): void {
    if (this.#isClosed) return;
    this.#session = stepSession(this.#session, event, this.#moment());
    this.#look();
  }

  #look(): void {
    if (this.#isClosed) return;
    const { log, onReadable, surroundings } = this.#options;
    const { session, actions, wakeAtMs } = evaluate(this.#session, log.have, this.#moment());
    this.#session = session;
    for (const action of actions) this.#act(action);
    if (this.#groupWait.check()) onReadable();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), Math.max(1, wakeAtMs - surroundings.nowMs()));
  }

  #moment() {
    const { nowMs, random } = this.#options.surroundings;
    return { nowMs: nowMs(), random: random() };
  }

  #act(action: SessionAction): void {
    const { log, device, channel, surroundings, report } = this.#options;
    switch (action.kind) {
      case 'beat': {
        const { isReplyWanted } = action;
        channel.publishHeartbeat(heartbeatOf(log, { device, wallMs: surroundings.wallMs(), isReplyWanted }));
        return;
      }
      case 'pull':
        this.#pull(action.device);
        return;
      case 'abandon':
        this.#running.get(action.device)?.abort(new ShoalError('deadline-exceeded', 'no progress'));
        this.#running.delete(action.device);
        return;
      case 'report-stuck':
        report.warn({ peer: action.device, forMs: action.forMs }, 'pulling is stuck');
        return;
      default:
        unreachable(action);
    }
  }

  #pull(device: DeviceId): void {
    const controller = new AbortController();
    this.#running.set(device, controller);
    const ending = this.#runRound(device, controller).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  async #runRound(device: DeviceId, controller: AbortController): Promise<void> {
    const { log, channel, report, onReadable } = this.#options;
    const isOurs = () => this.#running.get(device) === controller;
    const end = await runRound(
      {
        log,
        ask: (request) => channel.pull(device, request, controller.signal),
        onPage: (stored) => {
          if (stored > 0) onReadable();
          if (isOurs()) this.#step({ kind: 'progressed', device, hasBrought: stored > 0 });
        },
        onHave: (have) => this.#compareOwn(have),
      },
      this.#cutRounds.get(device),
    );
    this.#cutRounds.delete(device);
    if (end.kind === 'cut') {
      this.#cutRounds.set(device, end.round);
      const { code, message } = asShoalError(end.error);
      if (!this.#isClosed) report.debug({ peer: device, code, reason: message }, 'pull round cut');
    }
    if (end.kind === 'abandoned') report.warn({ peer: device, reason: end.reason }, 'pull round abandoned');
    if (end.kind === 'finished' && end.hasRefused) {
      report.warn({ peer: device }, 'pull round with damaged entries');
    }
    if (!isOurs()) return;
    this.#running.delete(device);
    if (end.kind === 'finished') {
      if (end.hasBrought) onReadable();
      this.#step({ kind: 'finished', device, hasBrought: end.hasBrought });
    } else {
      this.#step({ kind: 'failed', device });
    }
  }
}
