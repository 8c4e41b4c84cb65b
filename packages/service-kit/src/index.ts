export * from './app-version.ts';
export * from './bearer-token.ts';
export { logLevels, type ProcessConfig, readProcessConfig } from './config.ts';
export {
  type ConnectOptions,
  connectDevice,
  connectLocal,
  type DeviceBuses,
} from './connections.ts';
export * from './follow-libraries.ts';
export * from './grpc-server.ts';
export { type GrpcService, grpcService } from './grpc-service.ts';
export { type Home, type HomeConfig, type InitHomeOptions, initHome, makeFolder, readHome } from './home.ts';
export * from './home-lock.ts';
export * from './home-paths.ts';
export * from './host-service.ts';
export { type Hub, readHubFile, writeHubFile } from './hub-file.ts';
export * from './invitation-file.ts';
export { librariesChange } from './libraries-change.ts';
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
} from './library-file.ts';
export * from './library-leave.ts';
export * from './library-pause.ts';
export * from './log.ts';
export { type LogAnswer, type LogRecognition, openLogRecognition } from './log-recognition.ts';
export { rememberPlace, requirePlace } from './place-file.ts';
export * from './port-refused.ts';
export { storageFailed, takeBack, writePrivateFile } from './private-file.ts';
export * from './problem-of.ts';
export * from './process-identity.ts';
export * from './run-file.ts';
export { runService } from './run-service.ts';
export { type ServiceLife, serviceLife } from './service-life.ts';
export { startServiceTelemetry, telemetryHandlers } from './service-telemetry.ts';
export { acceptCopied, acceptMoved } from './settle-place.ts';
export { type SignalledLoop, type SignalledLoopOptions, startSignalledLoop } from './signalled-loop.ts';
export {
  type LibraryServiceContext,
  type LibraryServiceOptions,
  type ServiceBuses,
  startLibraryService,
} from './start-library-service.ts';
export { type Own, startParts } from './start-parts.ts';
export { uuidV7 } from './uuid-v7.ts';
