import { type Action, createScenario, drawsOf, faultKinds, type Scenario } from './scenario.ts';
import { createRandom, type Random } from './time/random.ts';

const lengthMs = 20_000;
/** As five hundred of these histories run on every test. */
const writesMax = 28;

/**
 * Makes up a history in which people do all that the built-in models allow: they decide conflicts, too (MRG-8). Of fewer
 * devices and faults than those of `createScenario`, so that many can be run on every test.
 */
export function createWholeScenario({ seed }: { readonly seed: number }): Scenario {
  const name = `whole ${seed}`;
  const random = createRandom(name);
  const devices = random.chance(0.7) ? 2 : 3;
  const faults = faultKinds.filter(() => random.chance(0.3));
  const { hubs, isApart, ...base } = createScenario({ seed: firstSeed + seed, devices, faults });
  const hasUpgrades = random.chance(0.4);
  const actions = [
    ...base.actions.filter((action) => action.kind !== 'write' || action.serial < writesMax),
    ...decideActions(random.fork('decisions'), devices),
    ...(hasUpgrades ? upgradeActions(random.fork('upgrades'), devices) : []),
  ];
  return {
    ...base,
    ...(random.chance(0.15) && hubs !== undefined ? { hubs, isApart: isApart === true } : {}),
    seed: name,
    hasItems: hasUpgrades || random.chance(0.6),
    hasUpgrades,
    hasGates: random.fork('gates').chance(0.5),
    hasVolumes: random.fork('volumes').chance(0.5),
    decisionRounds: 1 + random.below(2),
    actions: actions.sort((a, b) => a.atMs - b.atMs),
  };
}

/** Far from the seeds that are run without all of this. */
const firstSeed = 10_000_000;

/** Some devices run the later program sooner, the others when the faults have ended. */
function upgradeActions(random: Random, devices: number): Action[] {
  const sooner = Array.from({ length: devices }, (_, device) => device).filter(() => random.chance(0.6));
  return sooner.map((device) => ({ kind: 'upgrade', atMs: random.below(lengthMs / 2), device }));
}

/** Some are made by two at once, upon the same row as far as both have it. */
function decideActions(random: Random, devices: number): Action[] {
  return Array.from({ length: 3 + random.below(8) }, () => {
    const atMs = lengthMs / 10 + random.below(lengthMs);
    const draws = drawsOf(random);
    const one: Action = { kind: 'decide', atMs, device: random.below(devices), draws };
    if (!random.chance(0.5)) return [one];
    const others = [draws[0]!, ...drawsOf(random).slice(1)];
    return [one, { ...one, atMs: atMs + random.below(50), device: random.below(devices), draws: others }];
  }).flat();
}
