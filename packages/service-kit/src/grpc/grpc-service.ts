import type { EventEmitter } from 'node:events';
import type {
  MethodDefinition as GrpcMethodDefinition,
  ServiceDefinition as GrpcServiceDefinition,
  handleServerStreamingCall,
  handleUnaryCall,
  Metadata,
  ServerWritableStream,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { asShoalError, limits, ShoalError } from '@shoal/core';
import type { Handlers, MethodDefinition, ServiceDefinition } from '@shoal/proto';
import { inCall, inTraceOf } from '@shoal/telemetry';
import type { Log } from '../log.ts';
import { statusOf } from './grpc-status.ts';

/** A service of the contract in the shape that grpc-js takes. */
export interface GrpcService {
  readonly fullName: string;
  readonly definition: GrpcServiceDefinition;
  implementation(log: Log): UntypedServiceImplementation;
}

type Message = unknown;
type UnaryHandler = (request: Message) => Promise<Message>;
type StreamHandler = (request: Message, signal: AbortSignal) => AsyncIterable<Message>;

export interface GrpcServiceOptions {
  /** How long a stream's reader may take nothing before it is cut; `limits.stuckMs` where it is not given. */
  readonly stallMs?: number;
}

/**
 * Makes the handlers of a service answer gRPC: the same object that answers over NATS. What a handler throws
 * becomes a status by its code; a request that does not parse is `malformed-message` and reaches no handler (SEC-5).
 */
export function grpcService<Definition extends ServiceDefinition>(
  definition: Definition,
  handlers: Handlers<Definition>,
  options: GrpcServiceOptions = {},
): GrpcService {
  const stallMs = options.stallMs ?? limits.stuckMs;
  const methods = Object.entries(definition.methods);
  return {
    fullName: definition.fullName,
    definition: Object.fromEntries(
      methods.map(([name, method]) => [name, grpcMethod(definition.fullName, method)]),
    ),
    implementation: (log) =>
      Object.fromEntries(
        methods.map(([name, method]) => {
          const handler = handlers[name as keyof typeof handlers] as unknown;
          return [
            name,
            method.responseStream
              ? answerStream(handler as StreamHandler, stallMs, log)
              : answerUnary(handler as UnaryHandler, log),
          ];
        }),
      ),
  };
}

function grpcMethod(service: string, method: MethodDefinition): GrpcMethodDefinition<Message, Message> {
  const { requestType, responseType } = method;
  const encode = (type: MethodDefinition['requestType']) => (message: Message) =>
    Buffer.from(type.encode(message as never).finish());
  return {
    path: `/${service}/${method.name}`,
    requestStream: method.requestStream,
    responseStream: method.responseStream,
    requestSerialize: encode(requestType),
    responseSerialize: encode(responseType),
    requestDeserialize: (bytes) => decodeOrRefuse(requestType, bytes),
    responseDeserialize: (bytes) => responseType.decode(bytes),
  };
}

/** The message, or the error that its handler is to answer: thrown here, grpc-js would call it INTERNAL. */
function decodeOrRefuse(type: MethodDefinition['requestType'], bytes: Buffer): Message {
  try {
    return type.decode(bytes);
  } catch (error) {
    return new ShoalError('malformed-message', 'the request does not parse', { field: 'request' }, error);
  }
}

function answerUnary(handler: UnaryHandler, log: Log): handleUnaryCall<Message, Message> {
  return (call, callback) => {
    if (call.request instanceof ShoalError) return callback(statusOf(call.request));
    const answer = async (request: Message) => handler(request);
    inCall(call.getPath().slice(1), traceParentOf(call), () => answer(call.request)).then(
      (reply) => callback(null, reply),
      (error: unknown) => callback(statusOf(known(error, call.getPath(), log))),
    );
  };
}

function answerStream(
  handler: StreamHandler,
  stallMs: number,
  log: Log,
): handleServerStreamingCall<Message, Message> {
  return (call) => {
    inTraceOf(traceParentOf(call), () => pump(call, handler, stallMs)).then(
      () => call.end(),
      (error: unknown) => call.emit('error', statusOf(known(error, call.getPath(), log))),
    );
  };
}

/** The trace context that a caller sent; empty: none. */
function traceParentOf({ metadata }: { readonly metadata: Metadata }): string {
  return metadata.get('traceparent').map(String)[0] ?? '';
}

async function pump(
  call: ServerWritableStream<Message, Message>,
  handler: StreamHandler,
  stallMs: number,
): Promise<void> {
  if (call.request instanceof ShoalError) throw call.request;
  const caller = new AbortController();
  call.once('cancelled', () => caller.abort());
  for await (const reply of handler(call.request, caller.signal)) {
    if (caller.signal.aborted) return;
    // The reader's pace is ours: without this a slow one would fill our memory.
    if (!call.write(reply)) await drained(call, caller.signal, stallMs);
  }
}

/** A reader that takes nothing holds a place, and a dump a read transaction: not for ever (REP-4). */
function drained(call: EventEmitter, signal: AbortSignal, stallMs: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const message = `the reader took nothing for ${stallMs} ms`;
  const timer = setTimeout(() => reject(new ShoalError('deadline-exceeded', message)), stallMs);
  call.once('drain', resolve);
  signal.addEventListener('abort', () => resolve(), { once: true });
  if (signal.aborted) resolve();
  return promise.finally(() => {
    clearTimeout(timer);
    call.off('drain', resolve);
  });
}

function known(error: unknown, path: string, log: Log): ShoalError {
  const shoalError = asShoalError(error);
  if (shoalError.code === 'internal') log.error({ err: error, path }, 'a call failed by a bug');
  else log.debug({ code: shoalError.code, subject: shoalError.subject, path }, 'a call was refused');
  return shoalError;
}
