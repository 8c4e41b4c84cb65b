import type { RecordRef } from '../ids.ts';
import { referencesOf } from '../model/spec.ts';
import { RefMap } from '../ref-map.ts';
import type { Outcome, ShowOutcome } from './view-plan.ts';

/** Who refers to what among the outcomes of one plan: what the reader cannot know yet. */
export interface TargetIndex {
  add(outcome: Outcome): void;
  /** Records whose outcome waits for `target`, or shows null in place of it. */
  waitingFor(target: RecordRef): Iterable<RecordRef>;
  /** Records whose outcome shows them with a reference to `target`. */
  referringTo(target: RecordRef): Iterable<RecordRef>;
}

const none: readonly RecordRef[] = [];

/** Outcomes that were replaced since stay in it: looking at a record once more changes nothing. */
export function createTargetIndex(): TargetIndex {
  const waiting = new RefMap<RecordRef[]>();
  const referring = new RefMap<RecordRef[]>();
  // Who is referred to is asked of what goes, and most plans only bring.
  let unread: ShowOutcome[] = [];

  function readReferences(): void {
    for (const { ref, spec, row } of unread) {
      for (const field of referencesOf(spec)) {
        const id = row.get(field.name);
        if (typeof id === 'string') push(referring, { model: field.target, id } as RecordRef, ref);
      }
    }
    unread = [];
  }

  return {
    add(outcome) {
      if (outcome.kind === 'gone') return;
      if (outcome.kind === 'park') {
        if (outcome.waitsFor !== null) push(waiting, outcome.waitsFor.target, outcome.ref);
        return;
      }
      for (const { target } of outcome.nulled) push(waiting, target, outcome.ref);
      unread.push(outcome);
    },
    waitingFor: (target) => waiting.get(target) ?? none,
    referringTo(target) {
      readReferences();
      return referring.get(target) ?? none;
    },
  };
}

function push(refsByTarget: RefMap<RecordRef[]>, target: RecordRef, ref: RecordRef): void {
  const refs = refsByTarget.get(target);
  if (refs === undefined) refsByTarget.set(target, [ref]);
  else refs.push(ref);
}
