import type { DeviceId } from '@shoal/core';
import type { FetchReply, FetchRequest, Heartbeat, LiveEntries, PullReply, PullRequest } from '@shoal/proto';

/** What a message was, and whose: the device of its subject. */
export type ChannelHandler<Message> = (from: DeviceId, message: Message) => void;

/**
 * How the log-stores of one library reach each other (REP-5). What is published is a hint: it may be lost, doubled or
 * late, and while there is no connection it is dropped. Our own messages do not come back to us.
 */
export interface LibraryChannel {
  publishLive(message: LiveEntries): void;
  publishHeartbeat(message: Heartbeat): void;
  /** Asks a peer for one page. Throws `unavailable`, `deadline-exceeded`, and what the peer refuses. */
  pull(device: DeviceId, request: PullRequest, signal: AbortSignal): Promise<PullReply>;
  /** Asks a peer for records (DEP-4). Throws as `pull`. */
  fetch(device: DeviceId, request: FetchRequest, signal: AbortSignal): Promise<FetchReply>;
  onLive(handler: ChannelHandler<LiveEntries>): void;
  onHeartbeat(handler: ChannelHandler<Heartbeat>): void;
  /** Called after each time the connection came back. */
  onConnected(handler: () => void): void;
  /** Answers the pulls of others. */
  servePull(handler: (request: PullRequest) => Promise<PullReply>): void;
  /** Answers what others ask for by record (DEP-4). */
  serveFetch(handler: (request: FetchRequest) => Promise<FetchReply>): void;
  close(): Promise<void> | void;
}
