import type { FileName, ServiceName } from './device/device.ts';
import { serviceNames } from './device/device.ts';
import type { Noise } from './network.ts';
import { createRandom, type Random } from './time/random.ts';

/** Something that happens to the fleet from outside, at a time. `draws` choose, modulo what there is to choose from. */
export type Action =
  | {
      readonly kind: 'write';
      readonly atMs: number;
      readonly device: number;
      /** Names what the write makes, whatever else is in the scenario. */
      readonly serial: number;
      readonly draws: readonly number[];
    }
  /** Somebody decides a conflict of the journal of a device (MRG-8). */
  | {
      readonly kind: 'decide';
      readonly atMs: number;
      readonly device: number;
      readonly draws: readonly number[];
    }
  /** A later program takes the place of the one that a device runs (DEP-5). */
  | { readonly kind: 'upgrade'; readonly atMs: number; readonly device: number }
  | {
      readonly kind: 'crash';
      readonly atMs: number;
      readonly device: number;
      readonly services: readonly ServiceName[];
      readonly forMs: number;
      /** Null: at once; else right after the next transaction of that file, before anybody hears of it. */
      readonly after: FileName | null;
    }
  | {
      readonly kind: 'cut';
      readonly atMs: number;
      readonly from: readonly number[];
      readonly to: readonly number[];
      readonly forMs: number;
    }
  | { readonly kind: 'fail-write'; readonly atMs: number; readonly device: number; readonly file: FileName }
  | { readonly kind: 'step-clock'; readonly atMs: number; readonly device: number; readonly byMs: number }
  | { readonly kind: 'freeze-clock'; readonly atMs: number; readonly device: number; readonly forMs: number }
  | {
      readonly kind: 'compact';
      readonly atMs: number;
      readonly device: number;
      readonly everyMs: number;
      readonly forMs: number;
    }
  | {
      readonly kind: 'forge';
      readonly atMs: number;
      readonly device: number;
      readonly draws: readonly number[];
    }
  | {
      readonly kind: 'copy';
      readonly atMs: number;
      readonly device: number;
      readonly files: readonly FileName[];
    }
  /** Takes in and applies nothing for a while, or has no room on its disk for more than it writes itself. */
  | { readonly kind: 'pause'; readonly atMs: number; readonly device: number; readonly forMs: number }
  | { readonly kind: 'fill-disk'; readonly atMs: number; readonly device: number; readonly forMs: number }
  /** A stored entry of the log is damaged, and is looked for after a while. */
  | {
      readonly kind: 'rot';
      readonly atMs: number;
      readonly device: number;
      readonly which: number;
      readonly forMs: number;
    }
  /** The log's file is gone; the log-store begins an empty one. */
  | { readonly kind: 'lose-log'; readonly atMs: number; readonly device: number; readonly forMs: number }
  | {
      readonly kind: 'go-back';
      readonly atMs: number;
      readonly device: number;
      /** Those of which there is a copy; each goes back to its own. */
      readonly files: readonly FileName[];
      readonly forMs: number;
    };

/** A whole history before it happens: same scenario, same history. Plain data, kept as JSON. */
export interface Scenario {
  readonly seed: string;
  readonly devices: number;
  /** Beside the devices, with the next indexes; none in scenarios that do not say. */
  readonly hubs?: number;
  /** Members never meet, also when the faults have ended: all goes through hubs. */
  readonly isApart?: boolean;
  readonly noise: Noise;
  readonly pageEntries: number;
  readonly groupEntries: number;
  /** Entries that ingest may read and has not applied; beyond, pulling waits. Without, core's bound. */
  readonly unappliedMax?: number;
  /** People write sheets, too, with a field of every merge rule (MRG-3); not in scenarios that do not say. */
  readonly hasSheets?: boolean;
  /** People put things together and say things of them, too. */
  readonly hasItems?: boolean;
  /** They claim what changes hands, and write it (MRG-5). */
  readonly hasVolumes?: boolean;
  /** People keep rows to themselves until they open them, write without sync, and write again as it is (CHG-9). */
  readonly hasGates?: boolean;
  /** Devices say what their programs can read, and run the later one by the end (DEP-5). */
  readonly hasUpgrades?: boolean;
  /** So often, when all are equal at the end, all that is open is decided, some of it by two at once (MRG-8). */
  readonly decisionRounds?: number;
  readonly actions: readonly Action[];
}

/** The kinds of faults that a scenario may have. */
export const faultKinds = [
  'network',
  'cuts',
  'crashes',
  'disks',
  'clocks',
  'compaction',
  'forgery',
  'going-back',
  'rot',
  'pressure',
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface ScenarioOptions {
  readonly seed: number;
  readonly devices?: number | undefined;
  /** These, all of them; without, some of all kinds. */
  readonly faults?: readonly FaultKind[] | undefined;
}

const lengthMs = 20_000;
const yearMs = 365 * 24 * 3_600_000;

/** Makes up the scenario of a seed. Not every seed has every fault, so that each is also seen alone. */
export function createScenario(options: ScenarioOptions): Scenario {
  const seed = String(options.seed);
  const random = createRandom(seed);
  const some = faultKinds.filter((kind) => kind !== 'pressure' && random.chance(0.6));
  // Of its own, so that the seeds from before it was there stay what they were.
  const pressure = random.fork('under pressure');
  if (pressure.chance(0.4)) some.push('pressure');
  const kinds = new Set(options.faults ?? some);
  const devices = options.devices ?? 2 + random.below(3);
  const hubs = hubsOf(random.fork('hubs'));
  const actions = [
    ...writeActions(random.fork('writes'), devices),
    ...[...kinds].flatMap((kind) => faultActions(kind, random.fork(kind), devices + hubs.hubs)),
  ].sort((a, b) => a.atMs - b.atMs);
  return {
    seed,
    devices,
    ...hubs,
    noise: kinds.has('network')
      ? noisy(random.fork('noise'))
      : { loss: 0, duplicate: 0, damage: 0, delayMsMax: 5 },
    pageEntries: 1 + random.below(6),
    groupEntries: 1 + random.below(8),
    hasSheets: random.fork('sheets').chance(0.5),
    ...(kinds.has('pressure') ? { unappliedMax: pressure.pick([1, 3, 10, 100]) } : {}),
    actions,
  };
}

function hubsOf(random: Random): { readonly hubs: number; readonly isApart: boolean } {
  const hubs = random.chance(0.4) ? 1 + random.below(2) : 0;
  return { hubs, isApart: hubs > 0 && random.chance(0.5) };
}

function noisy(random: Random): Noise {
  return {
    loss: random.next() * 0.3,
    duplicate: random.next() * 0.3,
    damage: random.chance(0.5) ? random.next() * 0.1 : 0,
    delayMsMax: random.pick([5, 50, 500, 3_000]),
  };
}

function writeActions(random: Random, devices: number): Action[] {
  const actions: Extract<Action, { kind: 'write' }>[] = [];
  const count = 20 + random.below(30);
  for (let serial = 0; serial < count; serial++) {
    const draws = drawsOf(random);
    const before = actions.at(-1);
    if (before !== undefined && random.chance(0.3)) {
      // Once more on what was just written, while that is on its way.
      const [, which = 0, ...rest] = before.draws;
      const atMs = before.atMs + random.below(12);
      actions.push({
        ...before,
        serial,
        atMs,
        draws: [changes, which, ...rest.slice(0, 1), ...draws.slice(3)],
      });
      continue;
    }
    actions.push({
      kind: 'write',
      serial,
      atMs: random.below(lengthMs),
      device: random.below(devices),
      draws,
    });
  }
  return actions;
}

/** The first draw of a write that changes what is there. */
const changes = 9;

/** What chooses, modulo what there is to choose from. */
export function drawsOf(random: Random): number[] {
  return Array.from({ length: 8 }, () => random.below(1_000));
}

function faultActions(kind: FaultKind, random: Random, devices: number): Action[] {
  const some = (most: number, make: (atMs: number, device: number) => Action): Action[] =>
    Array.from({ length: 1 + random.below(most) }, () => make(random.below(lengthMs), random.below(devices)));
  switch (kind) {
    case 'network':
      return [];
    case 'cuts':
      return some(3, (atMs, device) => cutOff(random, atMs, device, devices));
    case 'crashes':
      return some(6, (atMs, device) => ({
        kind: 'crash',
        atMs,
        device,
        services: random.chance(0.3) ? serviceNames : [random.pick(serviceNames)],
        forMs: random.below(3_000),
        after: random.pick([null, 'library', 'log'] as const),
      }));
    case 'disks':
      return some(4, (atMs, device) => ({
        kind: 'fail-write',
        atMs,
        device,
        file: random.pick(['library', 'log'] as const),
      }));
    case 'clocks':
      return some(4, (atMs, device) => {
        if (random.chance(0.3)) return { kind: 'freeze-clock', atMs, device, forMs: random.below(lengthMs) };
        const byMs = random.pick([yearMs, 3_600_000, 60_000, 500, -500, -60_000, -yearMs]);
        return { kind: 'step-clock', atMs, device, byMs };
      });
    case 'compaction':
      return some(4, (atMs, device) => {
        return {
          kind: 'compact',
          atMs,
          device,
          everyMs: 1 + random.below(400),
          forMs: random.below(lengthMs),
        };
      });
    case 'forgery':
      return some(3, (atMs, device) => ({ kind: 'forge', atMs, device, draws: drawsOf(random) }));
    case 'rot':
      return some(4, (atMs, device) => {
        return { kind: 'rot', atMs, device, which: random.below(1_000), forMs: random.below(lengthMs) };
      });
    case 'pressure':
      return some(4, (atMs, device) => {
        return { kind: random.pick(['pause', 'fill-disk']), atMs, device, forMs: random.below(lengthMs) };
      });
    case 'going-back': {
      const device = random.below(devices);
      const files = () =>
        random.pick([['library', 'log'], ['library', 'log'], ['library'], ['log']] as const);
      return [
        ...(random.chance(0.2)
          ? some(1, (atMs) => ({ kind: 'lose-log', atMs, device, forMs: random.below(3_000) }))
          : []),
        ...some(3, (atMs) => ({ kind: 'copy', atMs, device, files: files() })),
        ...some(2, (atMs) => ({ kind: 'go-back', atMs, device, files: files(), forMs: random.below(3_000) })),
      ];
    }
  }
}

/** One device from all, one pair, or one direction of a pair. */
function cutOff(random: Random, atMs: number, device: number, devices: number): Action {
  const others = Array.from({ length: devices }, (_, index) => index).filter((index) => index !== device);
  const to = random.chance(0.5) ? others : [random.pick(others)];
  return { kind: 'cut', atMs, from: [device], to, forMs: random.below(lengthMs) };
}
