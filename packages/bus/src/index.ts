export type { Bus, BusMessage, OnBusError, RequestOptions, Subscription } from './bus.ts';
export { type ConnectNatsOptions, connectNats, type NatsCredentials } from './connect-nats.ts';
export { rpcClient, serveRpc, type UnaryService } from './rpc.ts';
export { type BusService, deviceOfSubject, matchesSubject, subjects } from './subjects.ts';
