export {
  type ChangeStep,
  foldTraceParents,
  inStep,
  noteStep,
  type TracedChange,
  type TracedEntry,
} from './change-spans.ts';
export {
  type OtlpProtocol,
  readTelemetryConfig,
  type SamplerConfig,
  type TelemetryConfig,
} from './config.ts';
export { type DurableStep, durableStep, durableSteps, onDurableStep } from './durable-step.ts';
export { type EntryLabels, type EntryOf, entryLabels } from './entry-labels.ts';
export { inCall } from './in-call.ts';
export { inPart, type WritePart } from './in-part.ts';
export {
  type Count,
  type Duration,
  type Instruments,
  type Labels,
  type Level,
  openInstruments,
} from './instruments.ts';
export { mergeMetrics } from './merge-metrics.ts';
export { startTelemetry, type Telemetry, type TelemetryOptions } from './start-telemetry.ts';
export { currentTraceParent, inTraceOf } from './trace-parent.ts';
export { withZeros } from './with-zeros.ts';
