export * from './app-version.ts';
export { logLevels, type ProcessConfig, readProcessConfig } from './config.ts';
export * from './grpc/bearer-token.ts';
export * from './grpc/grpc-server.ts';
export { type GrpcService, grpcService } from './grpc/grpc-service.ts';
export * from './grpc/port-refused.ts';
export {
  type Home,
  type HomeConfig,
  type InitHomeOptions,
  initHome,
  readHome,
  writeHomeConfig,
} from './home/home.ts';
export * from './home/home-lock.ts';
export * from './home/home-paths.ts';
export { type Hub, readHubFile, writeHubFile } from './home/hub-file.ts';
export * from './home/invitation-file.ts';
export { librariesChange } from './home/libraries-change.ts';
export {
  addLibrary,
  changeLibraryHub,
  type HomeLibrary,
  hubLibraryFile,
  type LibraryFile,
  type LibraryKey,
  listLibraries,
  listLibraryIds,
  newLibraryFile,
  readLibrary,
} from './home/library-file.ts';
export * from './home/library-leave.ts';
export * from './home/library-pause.ts';
export { makeFolder } from './home/make-folder.ts';
export { rememberPlace, requirePlace } from './home/place-file.ts';
export { storageFailed, takeBack, writePrivateFile } from './home/private-file.ts';
export * from './home/process-identity.ts';
export * from './home/run-file.ts';
export { acceptCopied, acceptMoved } from './home/settle-place.ts';
export { uuidV7 } from './home/uuid-v7.ts';
export * from './log.ts';
export {
  type ConnectOptions,
  connectDevice,
  connectLocal,
  type DeviceBuses,
} from './service/connections.ts';
export * from './service/follow-libraries.ts';
export * from './service/host-service.ts';
export { type LogAnswer, type LogRecognition, openLogRecognition } from './service/log-recognition.ts';
export * from './service/problem-of.ts';
export { runService } from './service/run-service.ts';
export { type ServiceLife, serviceLife } from './service/service-life.ts';
export { startServiceTelemetry, telemetryHandlers } from './service/service-telemetry.ts';
export {
  type SignalledLoop,
  type SignalledLoopOptions,
  startSignalledLoop,
} from './service/signalled-loop.ts';
export {
  type LibraryServiceContext,
  type LibraryServiceOptions,
  type ServiceBuses,
  startLibraryService,
} from './service/start-library-service.ts';
export { type Own, startParts } from './service/start-parts.ts';
