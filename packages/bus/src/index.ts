export type { Bus, BusMessage, OnBusError, RequestOptions, Subscription } from './bus.ts';
export { type ConnectNatsOptions, connectNats, type NatsCredentials } from './connect-nats.ts';
export { type MemoryEndpoint, type MemoryNetwork, memoryNetwork } from './memory-network.ts';
export { rpcClient, serveRpc, type UnaryService } from './rpc.ts';
export { type FindNatsServerOptions, findNatsServer } from './server/find-nats-server.ts';
export {
  type DeviceServerOptions,
  deviceServerConfig,
  type HubServerOptions,
  type HubUser,
  hubServerConfig,
  type LeafRemote,
} from './server/nats-config.ts';
export {
  type Command,
  type NatsServerCommandOptions,
  natsServerCommand,
} from './server/nats-server-command.ts';
export { requireNatsVersion } from './server/nats-version.ts';
export { portsFilePath, readClientPort, removePortsFiles } from './server/ports-file.ts';
export {
  type NatsServerProcess,
  type StartNatsServerOptions,
  startNatsServer,
} from './server/start-nats-server.ts';
export { type BusService, deviceOfSubject, matchesSubject, subjects } from './subjects.ts';
