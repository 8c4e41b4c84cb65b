import { type Bus, deviceOfSubject, rpcClient, type Subscription, serveRpc, subjects } from '@shoal/bus';
import { asShoalError, type DeviceId, type LibraryId, limits, ShoalError } from '@shoal/core';
import {
  type FetchRequest,
  Heartbeat,
  LiveEntries,
  LogStoreDefinition,
  type PullRequest,
  uuidFromBytes,
  uuidToBytes,
} from '@shoal/proto';
import type { Log } from '@shoal/service-kit';
import type { ChannelHandler, LibraryChannel } from './library-channel.ts';

export interface BusChannelOptions {
  /** The library connection: what it carries may leave the device. */
  readonly bus: Bus;
  readonly library: LibraryId;
  readonly device: DeviceId;
  readonly report: Log;
}

/**
 * The channel of one library over a bus. We speak and answer under our own id only, others are known by the subject
 * that they speak under (SEC-2); of all methods only Pull and Fetch are served there, for this library alone.
 */
export function busChannel({ bus, library, device, report }: BusChannelOptions): LibraryChannel {
  const deviceId = uuidToBytes(device);
  const stops: (() => Promise<void> | void)[] = [];
  const keep = (subscription: Subscription) => stops.push(() => subscription.stop());

  const publish = (subject: string, payload: Uint8Array) => {
    try {
      bus.publish(subject, payload);
    } catch (error) {
      // A hint that no message can carry: whoever misses it pulls.
      report.error({ subject, code: asShoalError(error).code }, 'not published');
    }
  };

  /** What does not parse is let go: all that comes this way is a hint (REP-3). */
  const listen = <Message>(
    subject: string,
    type: { decode(bytes: Uint8Array): Message },
    handler: ChannelHandler<Message>,
  ) => {
    const subscription = bus.subscribe(subject, (heard) => {
      const from = deviceOfSubject(heard.subject);
      if (from === device) return;
      let message: Message;
      try {
        message = type.decode(heard.payload);
      } catch {
        report.warn({ peer: from }, 'message does not parse');
        return;
      }
      handler(from, message);
    });
    keep(subscription);
  };

  const clientOf = (peer: DeviceId) =>
    rpcClient(bus, subjects.shared.rpc(library, peer), LogStoreDefinition, { timeoutMs: limits.requestMs });

  return {
    publishLive: (message) =>
      publish(subjects.shared.live(library, device), LiveEntries.encode(message).finish()),
    publishHeartbeat: (message) =>
      publish(subjects.shared.heartbeat(library, device), Heartbeat.encode(message).finish()),
    pull: (peer, request, signal) => clientOf(peer).pull({ ...request, deviceId }, { signal }),
    fetch: (peer, request, signal) => clientOf(peer).fetch({ ...request, deviceId }, { signal }),
    onLive: (handler) => listen(subjects.shared.anyLive(library), LiveEntries, handler),
    onHeartbeat: (handler) => listen(subjects.shared.anyHeartbeat(library), Heartbeat, handler),
    onConnected: (handler) => {
      stops.push(bus.onConnected(handler));
    },
    servePull: (handler) => {
      const pull = async (request: PullRequest) => {
        checkLibrary(library, request);
        return handler(request);
      };
      keep(serveRpc(bus, subjects.shared.rpc(library, device), LogStoreDefinition, { pull }, ['pull']));
    },
    serveFetch: (handler) => {
      const fetch = async (request: FetchRequest) => {
        checkLibrary(library, request);
        return handler(request);
      };
      keep(serveRpc(bus, subjects.shared.rpc(library, device), LogStoreDefinition, { fetch }, ['fetch']));
    },
    close: async () => {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

/** Who may speak on one library's subjects may not ask for another's log through them. */
function checkLibrary(library: LibraryId, request: PullRequest | FetchRequest): void {
  const asked = uuidFromBytes<LibraryId>(request.libraryId, 'library_id');
  if (asked === library) return;
  throw new ShoalError('invalid-argument', `"library_id": expected ${library}, found ${asked}`, {
    field: 'library_id',
  });
}
