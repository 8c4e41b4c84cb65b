import { type ClientReadableStream, credentials, Client as GrpcClient, Metadata } from '@grpc/grpc-js';
import { limits } from '@shoal/core';
import { type CallOptions, type Client, GatewayDefinition, type MethodDefinition } from '@shoal/proto';
import { errorOfStatus } from './error-of-status.ts';
import { retryRead } from './retry-reads.ts';
import { withTrace } from './with-trace.ts';

export interface GatewayAddress {
  /** `127.0.0.1:PORT`, as `run/gateway.json` of the home says. */
  readonly address: string;
  /** The home's token. */
  readonly token: string;
}

/** The gateway of a device: one method per call of the contract. */
export interface GatewayClient extends Client<typeof GatewayDefinition> {
  /** Ends all calls under way. */
  close(): void;
}

type Message = unknown;

/** Calls that change nothing; `rescanLocation` and all writes are left out. */
const reads: ReadonlySet<string> = new Set([
  'listLibraries',
  'getRecord',
  'listRecords',
  'getStatus',
  'readLog',
  'listConflicts',
  'getConflict',
  'listQuarantine',
  'getQuarantined',
]);

/**
 * A client of a gateway. It connects with the first call, and again whenever the connection was lost.
 *
 * Calls have 30 s unless told otherwise, a rescan ten minutes, streams as long as they last. Reads are tried again while the gateway is
 * `unavailable`. Failures are ShoalErrors with the code and the field that the gateway named; an aborted call
 * throws the reason of its signal. A stream begins when its first item is asked for.
 */
export function connectGateway({ address, token }: GatewayAddress): GatewayClient {
  const grpc = new GrpcClient(address, credentials.createInsecure(), {
    'grpc.max_receive_message_length': limits.grpcMessageBytesMax,
    'grpc.max_send_message_length': limits.grpcMessageBytesMax,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2_000,
  });
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  const calls = Object.entries(GatewayDefinition.methods).map(([name, method]) => [
    name,
    method.responseStream
      ? (request: Message, options: CallOptions = {}) => readStream(grpc, metadata, method, request, options)
      : (request: Message, options: CallOptions = {}) => {
          const deadlineMs = Date.now() + (options.timeoutMs ?? defaultMs(name));
          const attempt = () => callUnary(grpc, metadata, method, request, { ...options, deadlineMs });
          return reads.has(name) ? retryRead(attempt, { deadlineMs, signal: options.signal }) : attempt();
        },
  ]);
  return { ...(Object.fromEntries(calls) as Client<typeof GatewayDefinition>), close: () => grpc.close() };
}

function callUnary(
  grpc: GrpcClient,
  metadata: Metadata,
  method: MethodDefinition,
  request: Message,
  { deadlineMs, signal }: CallOptions & { readonly deadlineMs: number },
): Promise<Message> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const cancel = () => call.cancel();
    const call = grpc.makeUnaryRequest(
      pathOf(method),
      (message: Message) => encode(method, message),
      (bytes) => method.responseType.decode(bytes),
      request,
      withTrace(metadata),
      { deadline: deadlineMs },
      (error, reply) => {
        signal?.removeEventListener('abort', cancel);
        if (error === null) return resolve(reply);
        reject(signal?.aborted ? signal.reason : errorOfStatus(error));
      },
    );
    signal?.addEventListener('abort', cancel);
  });
}

async function* readStream(
  grpc: GrpcClient,
  metadata: Metadata,
  method: MethodDefinition,
  request: Message,
  { timeoutMs, signal }: CallOptions,
): AsyncGenerator<Message> {
  signal?.throwIfAborted();
  const call: ClientReadableStream<Message> = grpc.makeServerStreamRequest(
    pathOf(method),
    (message: Message) => encode(method, message),
    (bytes) => method.responseType.decode(bytes),
    request,
    withTrace(metadata),
    timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs },
  );
  const cancel = () => call.cancel();
  signal?.addEventListener('abort', cancel);
  try {
    yield* call;
  } catch (error) {
    throw signal?.aborted ? signal.reason : errorOfStatus(error);
  } finally {
    signal?.removeEventListener('abort', cancel);
    // Leaving the loop early destroys the stream; what the cancelled call then says is of no interest.
    call.on('error', () => undefined);
    call.cancel();
  }
}

function defaultMs(name: string): number {
  return name === 'rescanLocation' ? limits.rescanMs : limits.requestMs;
}

function pathOf(method: MethodDefinition): string {
  return `/${GatewayDefinition.fullName}/${method.name}`;
}

function encode(method: MethodDefinition, message: Message): Buffer {
  return Buffer.from(method.requestType.encode(message as never).finish());
}
