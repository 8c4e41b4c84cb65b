import {
  type Ack,
  asShoalError,
  type DeviceId,
  evaluate,
  isSettled,
  limits,
  openSession,
  type Peers,
  type Session,
  type SessionAction,
  type SessionEvent,
  stepSession,
  type ThrottleReason,
  unreachable,
  type Vector,
} from '@shoal/core';
import { type Heartbeat, type PositionedEntry, protocolVersion } from '@shoal/proto';
import type { Log } from '@shoal/service-kit';
import type { SyncLog } from '../log/sync-log.ts';
import type { LogTelemetry } from '../log-telemetry.ts';
import { openGroupWait } from '../serve/group-wait.ts';
import type { LogPressure } from '../upkeep/pressure.ts';
import { type TellFailure, tellFailures } from '../upkeep/tell-failures.ts';
import { followBackfill } from './follow-backfill.ts';
import { type HeardBeat, heardBeat, heartbeatOf } from './heartbeat.ts';
import type { LibraryChannel } from './library-channel.ts';
import { planLiveMessages } from './live.ts';
import { openLiveInbox } from './live-inbox.ts';
import { openPeerRounds, type PeerRounds } from './peer-rounds.ts';

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
  readonly pressure: Pick<LogPressure, 'throttle'>;
  /** More may be read from the log than before. */
  readonly onReadable: () => void;
  /** A member said what it has applied (LOG-3). */
  readonly onAcked: () => void;
  readonly telemetry: Pick<LogTelemetry, 'asking' | 'refused' | 'retried'>;
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
  readonly #backfill: ReturnType<typeof followBackfill>;
  readonly #rounds: PeerRounds;
  readonly #tellFailure: TellFailure;
  readonly #refusedVersions = new Set<DeviceId>();
  #session: Session;
  /** Since when the log is as new as it is. */
  #freshMs: number;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: ReplicationOptions) {
    const { log, channel, surroundings, telemetry } = options;
    this.#options = options;
    this.#tellFailure = tellFailures(options.report, surroundings.nowMs);
    this.#freshMs = surroundings.nowMs();
    this.#session = openSession(this.#freshMs);
    this.#groupWait = openGroupWait(log, surroundings.nowMs);
    this.#backfill = followBackfill({ log, surroundings, report: options.report });
    this.#inbox = openLiveInbox({
      log,
      isThrottled: () => options.pressure.throttle() !== null,
      onStored: () => {
        options.onReadable();
        this.#look();
      },
      onGap: (device, missing) => this.#step({ kind: 'gap', device, missing }),
      onRefused: telemetry.refused,
      onFailed: (error) => this.#tellFailure(error, 'live entries not stored'),
    });
    this.#rounds = openPeerRounds({
      log,
      pull: (device, request, signal) =>
        telemetry.asking(device, () => channel.pull(device, request, signal)),
      pressure: options.pressure,
      onReadable: options.onReadable,
      onHave: (have) => this.#compareOwn(have),
      onEvent: (event) => {
        if (event.kind === 'failed') telemetry.retried(event.device);
        this.#step(event);
      },
      onRefused: telemetry.refused,
      report: options.report,
    });
    channel.onLive((from, message) => this.#inbox.add(from, message));
    channel.onHeartbeat((from, beat) => this.#orReport(() => this.#hear(from, beat)));
    channel.onConnected(() => this.#step({ kind: 'connected' }));
    this.#look();
  }

  /** What we know of the others. */
  get peers(): Peers {
    return this.#session.peers;
  }

  /** Why nothing is taken in from others for now (ING-5). */
  get throttle(): ThrottleReason | null {
    return this.#session.throttle;
  }

  /** What weighs on the log may have changed: pulling stops before its next page, or goes on. */
  weigh(): void {
    this.#look();
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
    report.warn({ logId: log.logId, reason }, 'the log took a new id');
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
    await this.#rounds.close();
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
    if (heard.ack !== null) this.#hearAck(heard.ack);
    const { device, logId, headSeq, have, isReplyWanted } = heard;
    if (isReplyWanted) {
      // Only who has just begun, or was away, wants an answer at once.
      const asked = stepSession(this.#session, { kind: 'asked' }, this.#moment());
      this.#session = stepSession(asked, { kind: 'began', device }, this.#moment());
    }
    this.#step({ kind: 'heard', device, logId, headSeq, have });
  }

  #hearAck(ack: Ack): void {
    this.#options.log.hearAck(ack);
    this.#options.onAcked();
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
    clearTimeout(this.#timer);
    // Looks again in any case, and sooner if there is reason to (REP-4).
    this.#timer = setTimeout(() => this.#look(), limits.heartbeatMs);
    this.#orReport(() => this.#evaluate());
  }

  /** A file that fails brings nothing down: what did not happen is tried at the next look. */
  #orReport(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#tellFailure(error, 'the log could not be read or written');
    }
  }

  #evaluate(): void {
    const { log, onReadable, surroundings } = this.#options;
    const weighed = this.#weighed();
    const { session, actions, wakeAtMs } = evaluate(weighed, log.have, this.#moment());
    this.#session = session;
    for (const action of actions) this.#act(action);
    this.#backfill.look(session.peers);
    if (this.#groupWait.check()) onReadable();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), Math.max(1, wakeAtMs - surroundings.nowMs()));
  }

  #weighed(): Session {
    const throttle = this.#options.pressure.throttle();
    const before = this.#session.throttle;
    if (throttle !== before)
      this.#options.report.info({ throttled: throttle, before }, 'taking in from others');
    return stepSession(this.#session, { kind: 'weighed', throttle }, this.#moment());
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
        this.#rounds.pull(action.device);
        return;
      case 'abandon':
        this.#rounds.abandon(action.device);
        return;
      case 'report-stuck':
        report.warn({ peer: action.device, forMs: action.forMs }, 'pulling is stuck');
        return;
      default:
        unreachable(action);
    }
  }
}
