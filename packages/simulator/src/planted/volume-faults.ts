import {
  createRegistry,
  judgeByOwner,
  type ModelSpec,
  planApply,
  planView,
  type Registry,
} from '@shoal/core';
import { volumeModels } from '../data/volume-specs.ts';
import type { PlantedFault } from './planted-fault.ts';

/** Mistakes in how what changes hands is owned. */
export const volumeFaults: readonly PlantedFault[] = [
  {
    name: 'whose write counts is decided when it arrives',
    rule: 'MRG-5',
    parts: {
      planApply: (registry, reader, changes) =>
        planApply(
          registry,
          reader,
          changes.map((change) => ({
            ...change,
            open() {
              const state = change.open();
              const spec = registry.get(change.ref.model);
              if (spec === undefined || !volumeModels.has(spec.name)) return state;
              const judged = judgeByOwner(registry, reader, spec, change.ref.id, state);
              if (judged.kind === 'accepted') return judged.state;
              return judged.kind === 'refused' ? { ...state, fields: new Map(), deletes: [] } : state;
            },
          })),
        ),
    },
    isWhole: true,
  },
  {
    name: 'what a former owner writes later is shown',
    rule: 'MRG-5',
    parts: inView((spec) => ({ ...spec, ownership: { kind: 'shared' } })),
    isWhole: true,
  },
];

function inView(change: (spec: ModelSpec) => ModelSpec): PlantedFault['parts'] {
  const mistakenOf = new Map<Registry, Registry>();
  const mistaken = (right: Registry) => {
    const known = mistakenOf.get(right);
    if (known !== undefined) return known;
    const made = createRegistry(
      right.specs.map((spec) => (volumeModels.has(spec.name) ? change(spec) : spec)),
    );
    mistakenOf.set(right, made);
    return made;
  };
  return {
    planApply: (right, reader, changes) => planApply(mistaken(right), reader, changes),
    planView: (right, reader, changed) => planView(mistaken(right), reader, changed),
  };
}
