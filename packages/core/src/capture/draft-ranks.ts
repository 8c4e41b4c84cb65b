import { packRank } from '../order/rank.ts';
import { depthFinder } from '../order/record-depth.ts';
import type { Draft, Drafts } from './drafts.ts';

/** Finds the ranks of drafts (DEP-1); ask before their states are stored: what is deleted stood where it stood. */
export function rankFinder({ scope, reader }: Drafts): (draft: Draft) => number {
  const depthBefore = depthFinder(scope.reader);
  const depthAfter = depthFinder(reader);
  return ({ ref, spec, change }) => {
    const depth = (change === 'delete' ? depthBefore : depthAfter)(spec, ref);
    return packRank({ level: scope.registry.level(ref.model), priority: spec.priority, depth });
  };
}
