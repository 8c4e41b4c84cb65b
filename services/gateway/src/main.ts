import { type Bus, rpcClient, subjects } from '@shoal/bus';
import { limits } from '@shoal/core';
import { loadModels } from '@shoal/models';
import {
  CaptureDefinition,
  GatewayDefinition,
  IngestDefinition,
  LogStoreDefinition,
  TelemetryDefinition,
} from '@shoal/proto';
import {
  connectLocal,
  createLog,
  followLibraries,
  grpcService,
  type Home,
  readHome,
  runService,
  type StartedService,
  startGrpcServer,
  startParts,
} from '@shoal/service-kit';
import { gatewayConfig } from './config.ts';
import { deviceMetrics } from './device-metrics.ts';
import type { DeviceServices } from './device-services.ts';
import { deviceStatus } from './device-status.ts';
import { followChanges } from './follow-changes.ts';
import { type GatewayLibrary, gatewayLibrary } from './gateway-library.ts';
import { startHttpServer } from './http-server.ts';
import { type GatewayParts, gatewayHandlers } from './rpc.ts';
import { statusJson } from './status-json.ts';
import { createWatchers } from './watchers.ts';

/** Starts the gateway of a home: its face for clients, over gRPC and HTTP. It owns no data. */
export function start({ home: dir }: { readonly home: string }): Promise<StartedService> {
  return startParts(async (own) => {
    const home = await readHome(dir);
    const models = await loadModels(home.config.models);
    const log = createLog('gateway').child({ device: home.config.deviceId });
    const { grpcPort, httpPort } = gatewayConfig(home);
    const bus = await connectLocal(home, { service: 'gateway', log });
    own(() => bus.close());
    const libraries = await followLibraries<GatewayLibrary>({
      paths: home.paths,
      log,
      open: (library) => gatewayLibrary(home, library, models),
    });
    own(() => libraries.stop());
    const parts: GatewayParts = {
      home,
      log,
      libraries,
      watchers: createWatchers(),
      isConnected: () => bus.connected,
      services: deviceServices(bus, home),
    };
    const grpc = await startGrpcServer({
      port: grpcPort,
      token: home.token,
      services: [grpcService(GatewayDefinition, gatewayHandlers(parts))],
      log,
    });
    own(() => grpc.stop());
    const http = await startHttpServer({
      port: httpPort,
      token: home.token,
      log,
      isHealthy: () => bus.connected,
      status: () => statusOfAll(parts),
      metrics: () => deviceMetrics(parts.services.telemetry),
    });
    own(() => http.stop());
    own(followChanges({ bus, home, log, parts }));
    return { grpc: grpc.address, http: http.address };
  });
}

function deviceServices(bus: Bus, { config }: Home): DeviceServices {
  const prefix = (service: 'capture' | 'log-store' | 'ingest') =>
    subjects.local.rpc(config.deviceId, service);
  const options = { timeoutMs: limits.requestMs };
  const telling = { timeoutMs: limits.statusMs };
  return {
    capture: rpcClient(bus, prefix('capture'), CaptureDefinition, options),
    logStore: rpcClient(bus, prefix('log-store'), LogStoreDefinition, options),
    ingest: rpcClient(bus, prefix('ingest'), IngestDefinition, options),
    telemetry: (['capture', 'log-store', 'ingest'] as const).map((service) =>
      rpcClient(bus, prefix(service), TelemetryDefinition, telling),
    ),
  };
}

async function statusOfAll(parts: GatewayParts): Promise<unknown> {
  const statuses = await Promise.all(
    parts.libraries.list().map(({ part }) => deviceStatus(parts, part).then(statusJson)),
  );
  const { deviceId, name } = parts.home.config;
  return { deviceId, name, libraries: statuses };
}

if (import.meta.main) await runService('gateway', start);
