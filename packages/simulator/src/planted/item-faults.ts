import {
  createRegistry,
  type Drafts,
  draftWrites,
  type ModelSpec,
  planApply,
  planBlindWrites,
  planView,
  type Registry,
  type WriteScope,
} from '@shoal/core';
import { registry } from '../data/domain.ts';
import { itemModels } from '../item-writes.ts';
import type { PlantedFault } from './planted-fault.ts';

/** Mistakes in how records with two parents are shown, owned and deleted. */
export const itemFaults: readonly PlantedFault[] = [
  {
    name: 'an item is shown as soon as one of its parents is there',
    rule: 'DEP-2',
    parts: inView((spec) => ({
      ...spec,
      fields: spec.fields.map((field) =>
        field.kind === 'reference' && field.nullable && spec.name === 'piece'
          ? { ...field, missing: 'null' as const }
          : field,
      ),
    })),
    isWhole: true,
  },
  {
    name: 'a delete leaves what requires the deleted',
    rule: 'DEP-3',
    parts: { draftWrites: withoutCascade },
    isWhole: true,
  },
  {
    name: 'an item goes with a delete that had not seen its last change',
    rule: 'MRG-4',
    parts: inView((spec) => ({ ...spec, deletes: 'delete-wins' })),
    isWhole: true,
  },
  {
    name: 'a blind write of what is said of content tells nobody what it replaced',
    rule: 'MRG-8',
    parts: {
      planBlindWrites: (drafts, writes) =>
        planBlindWrites(drafts, writes).filter(
          ({ ref }) => registry.require(ref.model).ownership.kind === 'shared',
        ),
    },
    isWhole: true,
    keptSeed: 'blind-write-of-what-is-owned-through-nothing',
  },
];

function inView(change: (spec: ModelSpec) => ModelSpec): PlantedFault['parts'] {
  const mistakenOf = new Map<Registry, Registry>();
  const mistaken = (right: Registry) => {
    const known = mistakenOf.get(right);
    if (known !== undefined) return known;
    const specs = right.specs.map((spec) => (itemModels.has(spec.name) ? change(spec) : spec));
    const made = createRegistry(specs);
    mistakenOf.set(right, made);
    return made;
  };
  return {
    planApply: (right, reader, changes) => planApply(mistaken(right), reader, changes),
    planView: (right, reader, changed) => planView(mistaken(right), reader, changed),
  };
}

/** Who deletes looks at nothing but what is deleted; what plans the view knows all. */
function withoutCascade(
  scope: WriteScope,
  ...rest: [Parameters<typeof draftWrites>[1], Parameters<typeof draftWrites>[2]]
): Drafts {
  const { reader } = scope;
  const drafts = draftWrites({ ...scope, reader: { ...reader, referringTo: () => [] } }, ...rest);
  return { ...drafts, reader: { ...drafts.reader, referringTo: reader.referringTo } };
}
