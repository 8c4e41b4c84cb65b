import { type RecordRef, refKey } from '../ids.ts';
import type { Registry } from '../model/registry.ts';
import { referencesOf } from '../model/spec.ts';
import type { Value } from '../record/value.ts';
import { waitingSelfReference } from './circle.ts';
import type { HideOutcome, ShowOutcome } from './view-plan.ts';

/**
 * Orders what is shown: new rows, parents first; then updates. A new row that refers to one further down, which
 * only a reference that shows null can, is listed first with null and again after the new rows (DEP-1).
 */
export function orderShown(registry: Registry, shown: readonly ShowOutcome[]): ShowOutcome[] {
  const fresh = shown.filter(({ wasVisible }) => !wasVisible);
  const depthByKey = freshDepths(registry, fresh);
  const placed = fresh
    .map((outcome) => {
      const key = refKey(outcome.ref);
      return { outcome, key, level: registry.level(outcome.ref.model), depth: depthByKey.get(key)! };
    })
    .sort((a, b) => a.level - b.level || a.depth - b.depth);
  const indexByKey = new Map<string, number>();
  for (const { key } of placed) indexByKey.set(key, indexByKey.size);
  const first = placed.map(({ outcome }, index) => withoutLater(outcome, index, indexByKey));
  const again = placed
    .filter(({ outcome }, index) => first[index] !== outcome)
    .map(({ outcome }) => ({ ...outcome, wasVisible: true }));
  return [...first, ...again, ...shown.filter(({ wasVisible }) => wasVisible)];
}

/**
 * Orders what is hidden: what requires a record goes before it. `referrersByKey` holds, for every record that was
 * visible, the visible ones that referred to it.
 */
export function orderHidden(
  registry: Registry,
  hidden: readonly HideOutcome[],
  referrersByKey: ReadonlyMap<string, readonly RecordRef[]>,
): HideOutcome[] {
  const outcomeByKey = new Map(hidden.map((outcome) => [refKey(outcome.ref), outcome]));
  const ordered: HideOutcome[] = [];
  const entered = new Set<string>();
  const stack: { outcome: HideOutcome; isDone: boolean }[] = [];
  const enter = (outcome: HideOutcome | undefined) => {
    if (outcome === undefined || entered.has(refKey(outcome.ref))) return;
    entered.add(refKey(outcome.ref));
    stack.push({ outcome, isDone: false });
  };
  for (const start of hidden) {
    enter(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      if (top.isDone) {
        ordered.push(top.outcome);
        stack.pop();
        continue;
      }
      top.isDone = true;
      const { ref } = top.outcome;
      for (const referrer of referrersByKey.get(refKey(ref)) ?? []) {
        if (referrer.model === ref.model) enter(outcomeByKey.get(refKey(referrer)));
      }
    }
  }
  return ordered.sort((a, b) => registry.level(b.ref.model) - registry.level(a.ref.model));
}

/** How many new rows of its own model each new row stands on. */
function freshDepths(registry: Registry, fresh: readonly ShowOutcome[]): Map<string, number> {
  const freshByKey = new Map<string, ShowOutcome>();
  for (const outcome of fresh) freshByKey.set(refKey(outcome.ref), outcome);
  const depthByKey = new Map<string, number>();
  for (const start of fresh) {
    const field = waitingSelfReference(registry, start.ref.model);
    if (field === undefined) {
      depthByKey.set(refKey(start.ref), 0);
      continue;
    }
    const path: string[] = [];
    let depth = 0;
    for (let at: ShowOutcome | undefined = start; at !== undefined; ) {
      const key = refKey(at.ref);
      const known = depthByKey.get(key);
      if (known !== undefined) {
        depth = known + 1;
        break;
      }
      path.push(key);
      const parent: Value | undefined = at.row.get(field.name);
      at = typeof parent === 'string' ? freshByKey.get(`${at.ref.model}/${parent}`) : undefined;
    }
    for (const key of path.reverse()) depthByKey.set(key, depth++);
  }
  return depthByKey;
}

/** The outcome, with null in place of new rows that come later. */
function withoutLater(
  outcome: ShowOutcome,
  index: number,
  indexByKey: ReadonlyMap<string, number>,
): ShowOutcome {
  const later = referencesOf(outcome.spec).flatMap((field) => {
    const id = outcome.row.get(field.name);
    if (typeof id !== 'string') return [];
    const target = { model: field.target, id } as RecordRef;
    return (indexByKey.get(refKey(target)) ?? -1) >= index ? [{ field: field.name, target }] : [];
  });
  if (later.length === 0) return outcome;
  const row = new Map(outcome.row);
  for (const { field } of later) row.set(field, null);
  return { ...outcome, row, nulled: [...outcome.nulled, ...later] };
}
