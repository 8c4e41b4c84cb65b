import type { Parts } from './parts.ts';
import { runScenario } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';

const calm = { loss: 0, duplicate: 0, damage: 0, delayMsMax: 5 };

/**
 * The smallest scenario found that still breaks the same rule: first without noise and with fewer devices, then with
 * as few actions as will do, dropping ever smaller runs of them.
 */
export function shrinkScenario(scenario: Scenario, rule: string, parts?: Parts): Scenario {
  const breaks = (candidate: Scenario) => {
    const result = runScenario(candidate, parts === undefined ? {} : { parts });
    return result.kind === 'broken' && result.rule === rule;
  };
  let best = scenario;
  const tryOn = (candidate: Scenario) => {
    const isBetter = breaks(candidate);
    if (isBetter) best = candidate;
    return isBetter;
  };

  for (let size = best.actions.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < best.actions.length; ) {
      const actions = [...best.actions.slice(0, at), ...best.actions.slice(at + size)];
      if (!tryOn({ ...best, actions })) at += size;
    }
  }
  tryOn({ ...best, noise: calm });
  tryOn({ ...best, hubs: 0, isApart: false });
  tryOn({ ...best, decisionRounds: 0 });
  while (best.devices > 1 && tryOn({ ...best, devices: best.devices - 1 }));
  return best;
}
