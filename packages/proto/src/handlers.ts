/**
 * Types of a service as the contract defines it, for whoever serves or calls it over any transport: one object of
 * handlers serves gRPC and NATS alike. `Definition` is a generated generic definition, as `CaptureDefinition`.
 */
export interface MethodDefinition {
  readonly name: string;
  readonly requestType: MessageType;
  readonly requestStream: boolean;
  readonly responseType: MessageType;
  readonly responseStream: boolean;
}

export interface ServiceDefinition {
  readonly name: string;
  readonly fullName: string;
  readonly methods: Readonly<Record<string, MethodDefinition>>;
}

interface MessageType {
  encode(message: never): { finish(): Uint8Array };
  decode(input: Uint8Array): unknown;
}

export type RequestOf<Method extends MethodDefinition> = ReturnType<Method['requestType']['decode']>;
export type ReplyOf<Method extends MethodDefinition> = ReturnType<Method['responseType']['decode']>;

/** One function per method; a streaming one yields until its signal says that the caller is gone. */
export type Handlers<Definition extends ServiceDefinition> = {
  readonly [Name in keyof Definition['methods']]: Definition['methods'][Name] extends {
    readonly responseStream: true;
  }
    ? (
        request: RequestOf<Definition['methods'][Name]>,
        signal: AbortSignal,
      ) => AsyncIterable<ReplyOf<Definition['methods'][Name]>>
    : (request: RequestOf<Definition['methods'][Name]>) => Promise<ReplyOf<Definition['methods'][Name]>>;
};

/** What a caller of the service sees. */
export interface CallOptions {
  /** Instead of the client's own deadline, in milliseconds. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** One function per method, as the caller sees it. Failures are ShoalErrors. */
export type Client<Definition extends ServiceDefinition> = {
  readonly [Name in keyof Definition['methods']]: Definition['methods'][Name] extends {
    readonly responseStream: true;
  }
    ? (
        request: RequestOf<Definition['methods'][Name]>,
        options?: CallOptions,
      ) => AsyncIterable<ReplyOf<Definition['methods'][Name]>>
    : (
        request: RequestOf<Definition['methods'][Name]>,
        options?: CallOptions,
      ) => Promise<ReplyOf<Definition['methods'][Name]>>;
};
