import { assert, ShoalError } from '@shoal/core';
import type { CallOptions, Client, Handlers, MethodDefinition, ServiceDefinition } from '@shoal/proto';
import type { Bus, Subscription } from './bus.ts';

/** A service of the contract whose methods all take one message and answer one: what a bus can carry. */
export type UnaryService = ServiceDefinition & {
  readonly methods: Readonly<
    Record<string, MethodDefinition & { readonly requestStream: false; readonly responseStream: false }>
  >;
};

type MethodName<Definition extends ServiceDefinition> = keyof Definition['methods'] & string;
type Message = unknown;

/**
 * Serves a service of the contract under `PREFIX.Method`, by the handlers that also serve gRPC; with `only`, these
 * methods alone (others may not even be asked for across devices). A request that does not parse is refused with
 * `malformed-message` and reaches no handler (SEC-5).
 */
export function serveRpc<
  Definition extends UnaryService,
  Name extends MethodName<Definition> = MethodName<Definition>,
>(
  bus: Bus,
  prefix: string,
  definition: Definition,
  handlers: Pick<Handlers<Definition>, NoInfer<Name>>,
  only?: readonly Name[],
): Subscription {
  const names: readonly string[] = only ?? Object.keys(definition.methods);
  const served = names.map((name) => {
    const method = methodOf(definition, name);
    const handler = handlers[name as Name] as (request: Message) => Promise<Message>;
    return bus.serve(`${prefix}.${method.name}`, async (payload) => {
      const request = decode(method.requestType, payload, `the request of ${method.name}`);
      return encode(method.responseType, await handler(request));
    });
  });
  return {
    stop: async () => {
      await Promise.all(served.map((subscription) => subscription.stop()));
    },
  };
}

/**
 * A caller of a service under a prefix. Each call fails with a ShoalError: what the handler threw, or what
 * `Bus.request` says; `malformed-message` if the answer does not parse.
 */
export function rpcClient<Definition extends UnaryService>(
  bus: Bus,
  prefix: string,
  definition: Definition,
  options: { readonly timeoutMs: number },
): Client<Definition> {
  const calls = Object.keys(definition.methods).map((name) => {
    const method = methodOf(definition, name);
    const call = async (request: Message, { timeoutMs = options.timeoutMs, signal }: CallOptions = {}) => {
      const reply = await bus.request(`${prefix}.${method.name}`, encode(method.requestType, request), {
        timeoutMs,
        ...(signal && { signal }),
      });
      return decode(method.responseType, reply, `the answer of ${method.name}`);
    };
    return [name, call] as const;
  });
  return Object.fromEntries(calls) as unknown as Client<Definition>;
}

function methodOf(definition: ServiceDefinition, name: string): MethodDefinition {
  const method = definition.methods[name];
  assert(method !== undefined, `${definition.fullName} has no method ${name}`);
  return method;
}

function encode(type: MethodDefinition['requestType'], message: Message): Uint8Array {
  return type.encode(message as never).finish();
}

function decode(type: MethodDefinition['requestType'], payload: Uint8Array, what: string): Message {
  try {
    return type.decode(payload);
  } catch (error) {
    throw new ShoalError('malformed-message', `${what} does not parse`, {}, error);
  }
}
