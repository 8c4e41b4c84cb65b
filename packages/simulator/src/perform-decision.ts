import { refKey, ShoalError } from '@shoal/core';
import { decidedBy } from './checks/decided.ts';
import { volumeModels } from './data/volume-specs.ts';
import { type ChosenDecision, chooseDecision, chooseFor, openRows } from './decisions.ts';
import type { Device } from './device/device.ts';
import { type Fleet, nameOf } from './fleet.ts';
import { drawsOf } from './scenario.ts';
import type { Random } from './time/random.ts';

/** Somebody decides a conflict on a device, if there is one. */
export function decide(fleet: Fleet, device: Device, draws: readonly number[]): void {
  const chosen = chooseDecision(device, fleet.loaded[device.index]!, draws);
  if (chosen !== null) carryOut(fleet, device, chosen);
}

/** All that is open is decided, each by some device; some of it by two at once, which may want different things. */
export function decideOpen(fleet: Fleet, random: Random): void {
  const members = fleet.devices.filter(({ role }) => role === 'member');
  for (const row of openRows(members[0]!)) {
    for (let deciders = random.chance(0.3) ? 2 : 1; deciders > 0; deciders--) {
      const device = random.pick(members);
      const same = openRows(device).find((other) => refKey(other.ref) === refKey(row.ref));
      const draws = drawsOf(random);
      if (same !== undefined)
        carryOut(fleet, device, chooseFor(device, fleet.loaded[device.index]!, same, draws));
    }
  }
}

function carryOut(fleet: Fleet, device: Device, chosen: ChosenDecision): void {
  const capture = device.capture();
  if (capture === null) return;
  const { row, decision } = chosen;
  const told = `${decision.kind}s ${row.conflict.kind} of ${nameOf(row.ref)} ${row.conflict.field ?? ''}`;
  try {
    const before = device.library.memory.record(row.ref)!.state;
    const made = capture.decide(row, decision);
    // Of what changes hands it is a matter of epochs what a decision comes to (MRG-5).
    if (!volumeModels.has(row.ref.model))
      fleet.ledger.decided.push(
        decidedBy(chosen, device.library.registry.require(row.ref.model), before, made),
      );
    fleet.tally.decided++;
    fleet.tell(device.index, () => told);
  } catch (error) {
    // What core refuses, or a disk: the person is told, and nothing was written.
    if (!(error instanceof ShoalError) || error.code === 'internal') throw error;
    fleet.tally.refused++;
    fleet.tell(device.index, () => `${told}: ${error.code}`);
  }
}
