import { type Bus, serveRpc, subjects, type UnaryService } from '@shoal/bus';
import type { DeviceId, LibraryId } from '@shoal/core';
import { type Handlers, TelemetryDefinition } from '@shoal/proto';
import { startGrpcServer } from '../grpc/grpc-server.ts';
import { grpcService } from '../grpc/grpc-service.ts';
import { type Home, readHome } from '../home/home.ts';
import type { ServiceName } from '../home/home-paths.ts';
import type { HomeLibrary } from '../home/library-file.ts';
import { createLog, type Log } from '../log.ts';
import { followLibraries, type LibraryPart } from './follow-libraries.ts';
import type { StartedService } from './host-service.ts';
import { telemetryHandlers } from './service-telemetry.ts';
import { startParts } from './start-parts.ts';

/** How a service is connected: `local` carries what its device says to itself (SEC-2). */
export interface ServiceBuses {
  readonly local: Bus;
  /** Where there is one, what goes to other devices. */
  readonly shared?: Bus;
}

/** What the parts of a service stand on. */
export interface LibraryServiceContext<Buses extends ServiceBuses> {
  readonly home: Home;
  readonly device: DeviceId;
  readonly buses: Buses;
  readonly log: Log;
}

/** What a hint of the device does to the parts of a service. */
export interface ServiceWake<Part> {
  readonly subject: (device: DeviceId) => string;
  /** Which library a hint is for, and whether its part needs to look; without it all parts look at each hint. */
  readonly read?: (
    hint: Uint8Array,
  ) => { readonly libraryId: LibraryId; readonly isNews: boolean } | undefined;
  readonly look: (part: Part) => void;
  /** What a hint does that is no news to its part; nothing, where it is not given. */
  readonly lookSoon?: (part: Part) => void;
}

export interface LibraryServiceOptions<
  Definition extends UnaryService,
  Part extends LibraryPart,
  Buses extends ServiceBuses,
> {
  readonly name: Exclude<ServiceName, 'gateway'>;
  readonly home: string;
  readonly definition: Definition;
  readonly grpcPort: number;
  readonly connect: (
    home: Home,
    options: { readonly service: ServiceName; readonly log: Log },
  ) => Promise<Buses>;
  /** Opens what the service keeps for one library. */
  readonly open: (library: HomeLibrary, context: LibraryServiceContext<Buses>) => Promise<Part> | Part;
  readonly handlers: (require: (id: LibraryId) => Part) => Handlers<Definition>;
  /** Hints of the device that there may be work; every part looks whenever the bus is back, too. */
  readonly wake?: ServiceWake<Part>;
}

/**
 * Starts a service of the device that keeps one part per library: connects, follows the libraries of the home, and
 * serves one contract over the local bus and over gRPC by the same handlers. Resolves once both answer; what was
 * started is stopped in reverse, also when a later step fails. Throws what connecting and listening throw.
 */
export function startLibraryService<
  Definition extends UnaryService,
  Part extends LibraryPart,
  Buses extends ServiceBuses,
>(options: LibraryServiceOptions<Definition, Part, Buses>): Promise<StartedService> {
  const { name, definition, wake } = options;
  return startParts(async (own) => {
    const home = await readHome(options.home);
    const device = home.config.deviceId;
    const log = createLog(name).child({ device });
    const buses = await options.connect(home, { service: name, log });
    const { local, shared } = buses;
    own(() => Promise.all([local.close(), shared?.close()]));
    const context = { home, device, buses, log };
    const libraries = await followLibraries<Part>({
      paths: home.paths,
      log,
      open: (library) => options.open(library, context),
    });
    own(() => libraries.stop());
    if (wake !== undefined) {
      const lookAgain = () => {
        for (const { part } of libraries.list()) wake.look(part);
      };
      const hints = local.subscribe(wake.subject(device), ({ payload }) => {
        const hint = wake.read?.(payload);
        if (hint === undefined) return lookAgain();
        const part = libraries.find(hint.libraryId);
        if (part === undefined) return;
        if (hint.isNews) wake.look(part);
        else wake.lookSoon?.(part);
      });
      own(() => hints.stop());
      own(local.onConnected(lookAgain));
    }
    const handlers = options.handlers(libraries.require);
    const prefix = subjects.local.rpc(device, name);
    const served = serveRpc(local, prefix, definition, handlers);
    own(() => served.stop());
    const telling = serveRpc(local, prefix, TelemetryDefinition, telemetryHandlers);
    own(() => telling.stop());
    await Promise.all([local.flush(), shared?.flush()]);
    const grpc = await startGrpcServer({
      port: options.grpcPort,
      token: home.token,
      services: [grpcService(definition, handlers)],
      log,
    });
    own(() => grpc.stop());
    return { grpc: grpc.address };
  });
}
