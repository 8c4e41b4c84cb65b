import { itemFaults } from './item-faults.ts';
import { logFaults } from './log-faults.ts';
import { mergeFaults } from './merge-faults.ts';
import type { PlantedFault } from './planted-fault.ts';
import { upgradeFaults } from './upgrade-faults.ts';
import { volumeFaults } from './volume-faults.ts';
import { wholeFaults } from './whole-faults.ts';

/** Every mistake that the checkers are tried on. */
export const plantedFaults: readonly PlantedFault[] = [
  ...mergeFaults,
  ...logFaults,
  ...wholeFaults,
  ...itemFaults,
  ...upgradeFaults,
  ...volumeFaults,
];
