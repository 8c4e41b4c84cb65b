import { readFileSync } from 'node:fs';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { limits } from '@shoal/core';
import { descriptorSetUrl } from '@shoal/proto';
import { HealthImplementation } from 'grpc-health-check';
import type { Log } from '../log.ts';
import { tokenGuard } from './grpc-guard.ts';
import type { GrpcService } from './grpc-service.ts';
import { portRefused } from './port-refused.ts';

export interface GrpcServerOptions {
  /** 0: any free one. */
  readonly port: number;
  readonly token: string;
  readonly services: readonly GrpcService[];
  readonly log: Log;
}

/** A gRPC server on the loopback, guarded by a token, with health and reflection. */
export interface GrpcServer {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  /** What health answers; true from the start. */
  setServing(isServing: boolean): void;
  /** Takes no new calls, lets those under way end for up to `graceMs`, then cuts them. */
  stop(): Promise<void>;
}

/** Streams such as watches do not end by themselves, so the grace is short. */
const graceMs = 2_000;
const callsPerConnectionMax = 200;

/** Starts a server. Throws `port-taken`. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const { services, log } = options;
  const server = new Server({
    interceptors: [tokenGuard(options.token)],
    'grpc.max_receive_message_length': limits.grpcMessageBytesMax,
    'grpc.max_send_message_length': limits.grpcMessageBytesMax,
    'grpc.max_concurrent_streams': callsPerConnectionMax,
  });
  for (const service of services) server.addService(service.definition, service.implementation(log));
  const health = new HealthImplementation();
  const setServing = (isServing: boolean) => {
    const status = isServing ? 'SERVING' : 'NOT_SERVING';
    for (const name of ['', ...services.map((service) => service.fullName)]) health.setStatus(name, status);
  };
  setServing(true);
  health.addToServer(server);
  addReflection(server, services);
  const port = await bind(server, options.port);
  return {
    address: `127.0.0.1:${port}`,
    setServing,
    stop: () => {
      setServing(false);
      return shutDown(server);
    },
  };
}

/** ts-proto's definitions list nothing; the descriptor set of the contract does. */
function addReflection(server: Server, services: readonly GrpcService[]): void {
  const contract = loadFileDescriptorSetFromBuffer(readFileSync(descriptorSetUrl));
  const names = services.map((service) => service.fullName);
  new ReflectionService(contract, { services: names }).addToServer(server);
}

function bind(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) return resolve(bound);
      reject(portRefused('ports.grpc', port, error));
    });
  });
}

function shutDown(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.forceShutdown(), graceMs);
    server.tryShutdown(() => {
      clearTimeout(cut);
      resolve();
    });
  });
}
