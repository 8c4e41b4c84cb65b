import type { ClientReadableStream } from '@grpc/grpc-js';
import { limits, ShoalError } from '@shoal/core';
import { type CallOptions, type Client, GatewayDefinition, type MethodDefinition } from '@shoal/proto';
import { errorOfStatus } from './error-of-status.ts';
import { type GatewaySource, gatewayLine, type OpenLine } from './gateway-line.ts';
import { retryRead } from './retry-reads.ts';
import { withTrace } from './with-trace.ts';

/** The gateway of a device: one method per call of the contract. */
export interface GatewayClient extends Client<typeof GatewayDefinition> {
  /** Ends all calls under way; what is asked for later is `interrupted`. */
  close(): void;
}

type Message = unknown;

/** Every call ends with its caller's signal, or with the client. */
type Ending = CallOptions & { readonly signal: AbortSignal };

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
 * A client of a gateway. It connects with the first call, and again whenever the connection was lost; where it is given
 * a way to find the gateway, that is asked again when nobody answered (see `homeAddress`).
 *
 * Calls have 30 s unless told otherwise, a rescan ten minutes, streams as long as they last. Reads are tried again while
 * the gateway is `unavailable`. Failures are ShoalErrors with the code and the field that the gateway named; an aborted call
 * throws the reason of its signal. A stream begins when its first item is asked for.
 */
export function connectGateway(source: GatewaySource): GatewayClient {
  const line = gatewayLine(source);
  const end = new AbortController();
  const untilEnd = (options: CallOptions): Ending => {
    const { signal } = options;
    return { ...options, signal: signal === undefined ? end.signal : AbortSignal.any([signal, end.signal]) };
  };
  const noted = (error: unknown): never => {
    if (error instanceof ShoalError && isOfPlace(error)) line.failed();
    throw error;
  };
  async function* stream(method: MethodDefinition, request: Message, options: Ending) {
    try {
      yield* readStream(await line.open(), method, request, options);
    } catch (error) {
      noted(error);
    }
  }
  const calls = Object.entries(GatewayDefinition.methods).map(([name, method]) => [
    name,
    method.responseStream
      ? (request: Message, options: CallOptions = {}) => stream(method, request, untilEnd(options))
      : (request: Message, options: CallOptions = {}) => {
          const deadlineMs = Date.now() + (options.timeoutMs ?? defaultMs(name));
          const { signal } = untilEnd(options);
          const attempt = () =>
            line
              .open()
              .then((open) => callUnary(open, method, request, { deadlineMs, signal }))
              .catch(noted);
          return reads.has(name) ? retryRead(attempt, { deadlineMs, signal }) : attempt();
        },
  ]);
  const close = () => {
    end.abort(new ShoalError('interrupted', 'the client was closed'));
    line.close();
  };
  return { ...(Object.fromEntries(calls) as Client<typeof GatewayDefinition>), close };
}

/** Nobody was there, or somebody else: another home's gateway may have the port now. */
function isOfPlace({ code }: ShoalError): boolean {
  return code === 'unavailable' || code === 'unauthenticated';
}

function callUnary(
  { grpc, metadata }: OpenLine,
  method: MethodDefinition,
  request: Message,
  { deadlineMs, signal }: Ending & { readonly deadlineMs: number },
): Promise<Message> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const cancel = () => call.cancel();
    const call = grpc.makeUnaryRequest(
      pathOf(method),
      (message: Message) => encode(method, message),
      (bytes) => method.responseType.decode(bytes),
      request,
      withTrace(metadata),
      { deadline: deadlineMs },
      (error, reply) => {
        signal.removeEventListener('abort', cancel);
        if (error === null) return resolve(reply);
        reject(signal.aborted ? signal.reason : errorOfStatus(error));
      },
    );
    signal.addEventListener('abort', cancel);
  });
}

async function* readStream(
  { grpc, metadata }: OpenLine,
  method: MethodDefinition,
  request: Message,
  { timeoutMs, signal }: Ending,
): AsyncGenerator<Message> {
  signal.throwIfAborted();
  const call: ClientReadableStream<Message> = grpc.makeServerStreamRequest(
    pathOf(method),
    (message: Message) => encode(method, message),
    (bytes) => method.responseType.decode(bytes),
    request,
    withTrace(metadata),
    timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs },
  );
  const cancel = () => call.cancel();
  signal.addEventListener('abort', cancel);
  try {
    yield* call;
  } catch (error) {
    throw signal.aborted ? signal.reason : errorOfStatus(error);
  } finally {
    signal.removeEventListener('abort', cancel);
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
