import { creationField, isToReplan, planApply, slotField } from '@shoal/core';
import type { PlantedFault } from './planted-fault.ts';

/** Mistakes where devices run different programs (DEP-5). */
export const upgradeFaults: readonly PlantedFault[] = [
  {
    name: 'a device writes what it knows itself, whatever others can read',
    rule: 'DEP-5',
    parts: { schemasToWrite: (own) => own },
    isWhole: true,
  },
  {
    name: 'an upgrade shows nothing of what had waited for it',
    rule: 'DEP-5',
    parts: { isToReplan: () => false },
    isWhole: true,
  },
  {
    name: 'an upgrade does not look for parts of fields that are new',
    rule: 'DEP-5',
    parts: {
      isToReplan(before, after, { state, schemaVersion }) {
        const whole = [...state.fields].filter(([slot]) => slotField(slot) === slot);
        return isToReplan(before, after, { state: { ...state, fields: new Map(whole) }, schemaVersion });
      },
    },
    isWhole: true,
    keptSeed: 'part-of-a-field-that-came-with-an-upgrade',
  },
  {
    name: 'a program keeps nothing of fields that it does not know',
    rule: 'DEP-5',
    parts: {
      planApply: (registry, reader, changes) =>
        planApply(
          registry,
          reader,
          changes.map((change) => ({
            ...change,
            open() {
              const state = change.open();
              const known = registry.get(change.ref.model)?.fields.map(({ name }) => name);
              const isKnown = ([slot]: readonly [string, unknown]) =>
                known === undefined || slot === creationField || known.includes(slotField(slot));
              return { ...state, fields: new Map([...state.fields].filter(isKnown)) };
            },
          })),
        ),
    },
    isWhole: true,
  },
];
