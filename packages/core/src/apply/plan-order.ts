import type { RecordId, RecordRef } from '../ids.ts';
import type { Registry } from '../model/registry.ts';
import { referencesOf } from '../model/spec.ts';
import type { Value } from '../record/value.ts';
import { RefMap } from '../ref-map.ts';
import { waitingSelfReference } from './circle.ts';
import type { HideOutcome, NulledReference, ShowOutcome } from './view-plan.ts';

/**
 * Orders what is shown: new rows, parents first; then updates. A new row that refers to one further down, which
 * only a reference that shows null can, is listed first with null and again after the new rows (DEP-1).
 */
export function orderShown(registry: Registry, shown: readonly ShowOutcome[]): ShowOutcome[] {
  const fresh = shown.filter(({ wasVisible }) => !wasVisible);
  const depthByRef = freshDepths(registry, fresh);
  const placed = fresh
    .map((outcome) => {
      const { ref } = outcome;
      return { outcome, level: registry.level(ref.model), depth: depthByRef.get(ref) ?? 0 };
    })
    .sort((a, b) => a.level - b.level || a.depth - b.depth);
  const indexByRef = new RefMap<number>();
  placed.forEach(({ outcome: { ref } }, index) => {
    indexByRef.set(ref, index);
  });
  const first = placed.map(({ outcome }, index) => withoutLater(outcome, index, indexByRef));
  const again = placed
    .filter(({ outcome }, index) => first[index] !== outcome)
    .map(({ outcome }) => ({ ...outcome, wasVisible: true }));
  return [...first, ...again, ...shown.filter(({ wasVisible }) => wasVisible)];
}

/**
 * Orders what is hidden: what requires a record goes before it. `referrersByRef` holds, for every record that was
 * visible, the visible ones that referred to it.
 */
export function orderHidden(
  registry: Registry,
  hidden: readonly HideOutcome[],
  referrersByRef: Pick<RefMap<readonly RecordRef[]>, 'get'>,
): HideOutcome[] {
  const outcomeByRef = new RefMap<HideOutcome>();
  for (const outcome of hidden) outcomeByRef.set(outcome.ref, outcome);
  const ordered: HideOutcome[] = [];
  const entered = new RefMap<true>();
  const stack: { outcome: HideOutcome; isDone: boolean }[] = [];
  const enter = (outcome: HideOutcome | undefined) => {
    if (outcome === undefined || entered.has(outcome.ref)) return;
    entered.set(outcome.ref, true);
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
      for (const referrer of referrersByRef.get(ref) ?? []) {
        if (referrer.model === ref.model) enter(outcomeByRef.get(referrer));
      }
    }
  }
  return ordered.sort((a, b) => registry.level(b.ref.model) - registry.level(a.ref.model));
}

/** How many new rows of its own model each new row stands on; of models that never do nothing is said. */
function freshDepths(registry: Registry, fresh: readonly ShowOutcome[]): RefMap<number> {
  const depthByRef = new RefMap<number>();
  const nested = fresh.filter(({ ref }) => waitingSelfReference(registry, ref.model) !== undefined);
  const freshByRef = new RefMap<ShowOutcome>();
  for (const outcome of nested) freshByRef.set(outcome.ref, outcome);
  for (const start of nested) {
    const field = waitingSelfReference(registry, start.ref.model)!;
    const path: RecordRef[] = [];
    let depth = 0;
    for (let at: ShowOutcome | undefined = start; at !== undefined; ) {
      const known = depthByRef.get(at.ref);
      if (known !== undefined) {
        depth = known + 1;
        break;
      }
      path.push(at.ref);
      const parent: Value | undefined = at.row.get(field.name);
      if (typeof parent !== 'string') break;
      at = freshByRef.get({ model: at.ref.model, id: parent as RecordId });
    }
    for (const ref of path.reverse()) depthByRef.set(ref, depth++);
  }
  return depthByRef;
}

/** The outcome, with null in place of new rows that come later. */
function withoutLater(outcome: ShowOutcome, index: number, indexByRef: RefMap<number>): ShowOutcome {
  let later: NulledReference[] | undefined;
  for (const field of referencesOf(outcome.spec)) {
    const id = outcome.row.get(field.name);
    if (typeof id !== 'string') continue;
    const target = { model: field.target, id } as RecordRef;
    if ((indexByRef.get(target) ?? -1) < index) continue;
    later ??= [];
    later.push({ field: field.name, target });
  }
  if (later === undefined) return outcome;
  const row = new Map(outcome.row);
  for (const { field } of later) row.set(field, null);
  return { ...outcome, row, nulled: [...outcome.nulled, ...later] };
}
