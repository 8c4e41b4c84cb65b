import type {
  CaptureDefinition,
  Client,
  IngestDefinition,
  LogStoreDefinition,
  TelemetryDefinition,
} from '@shoal/proto';

/** The device's other services, called over its local bus. */
export interface DeviceServices {
  readonly capture: Client<typeof CaptureDefinition>;
  readonly logStore: Client<typeof LogStoreDefinition>;
  readonly ingest: Client<typeof IngestDefinition>;
  /** What each of them tells of itself. */
  readonly telemetry: readonly Client<typeof TelemetryDefinition>[];
}
