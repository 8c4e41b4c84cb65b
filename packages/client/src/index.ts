export type {
  AddLocationReply,
  CaptureStatusReply,
  ChangeIgnoresReply,
  FieldValue,
  IngestStatusReply,
  LibraryInfo,
  LogLine,
  LogStatusReply,
  Mutation,
  QuarantinedEntry,
  ReadLogReply,
  Record,
  RescanLocationReply,
  StatusReply,
  WatchEvent,
  WireConflict,
  WireDot,
  WriteReply,
} from '@shoal/proto';
export {
  type CallOptions,
  DecisionKind,
  Domain,
  MutationKind,
  TagTarget,
  uuidFromBytes,
  uuidToBytes,
} from '@shoal/proto';
export { conflictToJson, type JsonConflict, type JsonSide } from './conflict-json.ts';
export { connectGateway, type GatewayAddress, type GatewayClient } from './connect-gateway.ts';
export { type JsonQuarantined, quarantinedToJson } from './quarantined-json.ts';
export {
  fromJson,
  type JsonRecord,
  type JsonValue,
  toJson,
  versionFromText,
  versionToText,
} from './record-json.ts';
