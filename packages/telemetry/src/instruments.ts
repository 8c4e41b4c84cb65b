import { type Attributes, createNoopMeter, type Meter, metrics } from '@opentelemetry/api';

/**
 * Labels of a number: never more than which library, which model, which other device, and why. `peer` is the id of the
 * device that made an entry, or that was asked; models and peers that others name go through `entryLabels`.
 */
export type Labels = {
  readonly library: string;
  readonly model?: string;
  readonly peer?: string;
  readonly reason?: string;
};

/** A number that only grows. */
export interface Count {
  add(by: number, labels: Labels): void;
}

/** How long something took, in ms. */
export interface Duration {
  record(ms: number, labels: Labels): void;
}

/** A number that is asked for when somebody looks. Stop asking when the library closes; the last answer stays. */
export interface Level {
  observe(read: () => number, labels: Labels): () => void;
  /** The same of several numbers that come and go, each with its own labels; a bounded few. */
  observeEach(read: () => Iterable<readonly [number, Labels]>): () => void;
}

const counts = {
  captured: 'Changes captured by local writes',
  appended: 'Entries appended to the log by this device',
  sent: 'Entries sent to other devices, live or on their asking',
  received: 'Entries stored from other devices',
  applied: 'Entries that changed the library',
  included: 'Entries whose change the library had already',
  superseded: 'Entries removed from the log because later ones cover them',
  conflicting: 'Entries that met another write and left a conflict in the journal',
  refused: 'Entries set aside or refused',
  retried: 'Attempts made again after a failure',
} as const;

const durations = {
  capture: 'From the start of a local transaction to its commit',
  append: 'Taking one group into the log',
  pull: 'From asking another device for a page of its log to its answer',
  receive: 'Storing what came from other devices at once',
  apply: 'Applying one page of the log',
  travel: 'From a change on its device to its row on this one, by their clocks',
} as const;

const levels = {
  outbox: 'Changes that wait to be taken into the log',
  parked: 'Records that wait for others before they show',
  quarantined: 'Entries that could not be applied',
  lag: 'Entries of the log that are not applied yet',
  behind: 'Entries that a device which is heard has and this one lacks',
  ahead: 'Entries that this device has and one which is heard lacks',
} as const;

/** All numbers that Shoal keeps of itself. */
export type Instruments = {
  /** Whether anybody keeps them: what is only worked out to be told is left out where nobody does. */
  readonly isKept: boolean;
} & { readonly [Name in keyof typeof counts]: Count } & {
  readonly [Name in keyof typeof durations]: Duration;
} & { readonly [Name in keyof typeof levels]: Level };

/** In seconds: from half a millisecond to ten minutes. */
const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 600];

/** Opens the instruments of this process; open them after `startTelemetry`, or they record nothing for good. */
export function openInstruments(): Instruments {
  const meter = metrics.getMeter('shoal');
  return {
    isKept: meter !== createNoopMeter(),
    ...mapValues(counts, (description, name) => meter.createCounter(`shoal.${name}`, { description })),
    ...mapValues(durations, (description, name) => durationOf(meter, `shoal.${name}.duration`, description)),
    ...mapValues(levels, (description, name) => levelOf(meter, `shoal.${name}`, description)),
  };
}

function durationOf(meter: Meter, name: string, description: string): Duration {
  const advice = { explicitBucketBoundaries: buckets };
  const histogram = meter.createHistogram(name, { description, unit: 's', advice });
  return { record: (ms, labels) => histogram.record(ms / 1_000, labels) };
}

function levelOf(meter: Meter, name: string, description: string): Level {
  const gauge = meter.createObservableGauge(name, { description });
  const observeEach: Level['observeEach'] = (read) => {
    const look = (result: { observe(value: number, attributes: Attributes): void }) => {
      for (const [value, labels] of read()) result.observe(value, labels);
    };
    gauge.addCallback(look);
    return () => gauge.removeCallback(look);
  };
  return { observeEach, observe: (read, labels) => observeEach(() => [[read(), labels]]) };
}

function mapValues<Name extends string, From, To>(
  from: { readonly [Key in Name]: From },
  map: (value: From, name: Name) => To,
): { readonly [Key in Name]: To } {
  return Object.fromEntries(
    (Object.entries(from) as [Name, From][]).map(([name, value]) => [name, map(value, name)]),
  ) as { [Key in Name]: To };
}
