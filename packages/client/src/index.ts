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
export { connectGateway, type GatewayClient } from './connect-gateway.ts';
export type { GatewayAddress, GatewaySource } from './gateway-line.ts';
export { homeAddress } from './home-address.ts';
export { type LibraryView, libraryOf } from './library-view.ts';
export {
  type FieldKind,
  type FieldKinds,
  type FieldsOf,
  type ModelShape,
  modelShape,
} from './model-shape.ts';
export { type ModelView, modelView, type RecordTarget, type TypedRecord } from './model-view.ts';
export { type JsonQuarantined, quarantinedToJson } from './quarantined-json.ts';
export {
  fromJson,
  type JsonRecord,
  type JsonValue,
  toJson,
  versionFromText,
  versionToText,
} from './record-json.ts';
export type { RecordEvent, WatchOptions } from './watch-records.ts';
