import { type Dot, dotDevice } from '../clock/dot.ts';
import type { DeviceId } from '../ids.ts';
import { mergeField } from '../merge/merge-field.ts';
import { partedFieldsOf } from '../merge/merge-rule.ts';
import { agree, type DecidingRule } from '../merge/merge-siblings.ts';
import { slotField } from '../merge/slot.ts';
import { type FieldSpec, fieldOf, type ModelSpec } from '../model/spec.ts';
import { creationField } from '../record/creation.ts';
import { dotsOf, ownDotsOnly, type RecordState, type Sibling } from '../record/state.ts';
import type { Value } from '../record/value.ts';
import { isAlive } from '../record/view.ts';
import { type Claim, latestEpochOnly, outdatedDots } from './claims.ts';
import type { Owner } from './owner.ts';
import type { Outcome } from './view-plan.ts';

/** What met of which one side is not shown (MRG-8). */
export type ConflictKind =
  /** Values of one field, written without knowledge of each other. */
  | 'siblings'
  /** A delete, and values that it had not seen: they are hidden. */
  | 'delete-beats-edit'
  /** The same where the model has the edit win: the record stays. */
  | 'edit-beats-delete'
  /** A local write that had read nothing, and what it replaced. */
  | 'blind-write'
  /** A reference shown as null because it closed a circle (DEP-2). */
  | 'circle-cut'
  /** A record that cannot be shown because what it requires was deleted (DEP-3). */
  | 'orphaned'
  /** What a former owner wrote without knowing of the claim, beside what the owner of a higher epoch wrote (MRG-5). */
  | 'owner-changed';

/** One conflict, named by its content: the kind, the field and the dots that met, never by how they arrived. */
export interface Conflict {
  readonly kind: ConflictKind;
  /** The field, or the slot of a part of it (MRG-3). Null: it is about the record as a whole. */
  readonly field: string | null;
  /** The change that the view follows; null where none won. */
  readonly winner: Dot | null;
  /**
   * All that met, the winner's side too: values whole, so that what lost can be brought back (MRG-4). Of a blind write and
   * where the owner changed only what lost.
   */
  readonly content: Pick<RecordState, 'fields' | 'deletes'>;
}

/**
 * The rule that decided a conflict, in a word for people: of siblings that of their field, as `spec` has it; undefined
 * where this program does not know the model.
 */
export function decidedBy(spec: ModelSpec | undefined, { kind, field, content }: Conflict): string {
  if (kind !== 'siblings') return deciding[kind];
  const known = spec && fieldOf(spec, String(field));
  const result = known && mergeField(known, content);
  return result?.kind === 'conflict' ? result.conflicts[0]!.decidedBy : lastWriter;
}

const lastWriter: DecidingRule = 'last-writer';

const deciding = {
  'delete-beats-edit': 'delete-wins',
  'edit-beats-delete': 'edit-wins',
  'blind-write': 'had-read-nothing',
  'circle-cut': 'latest-reference-cut',
  orphaned: 'target-deleted',
  'owner-changed': 'owner-epoch',
} as const satisfies Record<Exclude<ConflictKind, 'siblings'>, string>;

/** The dots that met in a conflict, each once, in order. */
export function conflictDots({ content }: Conflict): Dot[] {
  return [...new Set(dotsOf(content))].sort();
}

/** One of those that met: a value of a field, or a delete; whose, and whether the view follows it. */
export type ConflictSide =
  | {
      readonly kind: 'value';
      readonly field: string;
      readonly value: Value;
      readonly dot: Dot;
      readonly wins: boolean;
    }
  | { readonly kind: 'delete'; readonly dot: Dot; readonly wins: boolean };

/** Those that met, field by field, the latest of each first; then the deletes. For people: without creation stamps. */
export function conflictSides({ winner, content }: Conflict): ConflictSide[] {
  const values = [...content.fields].flatMap(([field, siblings]) =>
    field === creationField
      ? []
      : siblings.map(({ dot, value }) => ({
          kind: 'value' as const,
          field,
          value,
          dot,
          wins: dot === winner,
        })),
  );
  return [
    ...values,
    ...content.deletes.map((dot) => ({ kind: 'delete' as const, dot, wins: dot === winner })),
  ];
}

/**
 * The conflicts in a merged state: a function of it alone, so that every device that holds the state tells the same,
 * in whatever order it came (MRG-8, ING-1). Siblings that agree are none: nothing is lost. Of a record with an owner
 * the dots of each device are looked at by themselves: those of others are refused, and meet nothing (MRG-5). Where it
 * changes hands what a former owner wrote meets what the present one did. Whether it has an owner `ownerOf` says, asked
 * where something is contested alone; if it is not given nobody owns the record.
 */
export function conflictsIn(spec: ModelSpec, state: RecordState, ownerOf: () => Owner = nobodys): Conflict[] {
  if (!isContested(spec, state)) return [];
  const owner = ownerOf();
  if (owner.kind === 'shared') return conflictsAmong(spec, state);
  if (owner.kind === 'claimed') return conflictsOfEpochs(spec, state, owner.claims);
  return devicesOf(state).flatMap((device) => conflictsAmong(spec, ownDotsOnly(state, device)));
}

/** The conflict that a view shows in how it treats a record of that state: a circle that was cut, a target deleted. */
export function conflictOfOutcome(outcome: Outcome, state: RecordState): Conflict | undefined {
  switch (outcome.kind) {
    case 'gone':
      return undefined;
    case 'park': {
      if (outcome.reason !== 'orphaned') return undefined;
      const content = { fields: state.fields, deletes: [] };
      return { kind: 'orphaned', field: outcome.waitsFor!.field, winner: null, content };
    }
    case 'show': {
      // A reference that waits shows null for one reason only (DEP-2).
      const cut = outcome.nulled.find(({ field }) => isWaiting(outcome.spec, field));
      if (cut === undefined) return undefined;
      const fields = new Map([[cut.field, state.fields.get(cut.field)!]]);
      return { kind: 'circle-cut', field: cut.field, winner: null, content: { fields, deletes: [] } };
    }
  }
}

const nobodys = (): Owner => ({ kind: 'shared' });

/** Most states are not: each field has one value, and a tombstone hides none. */
function isContested(spec: ModelSpec, { fields, deletes }: RecordState): boolean {
  if (deletes.length > 0) return fields.size > 0;
  const isParted = partedFieldsOf(spec).length > 0;
  // Parts of one field may contradict each other.
  for (const [slot, siblings] of fields)
    if (siblings.length > 1 || (isParted && slotField(slot) !== slot)) return true;
  return false;
}

/** Those among the dots of the highest epoch; and what is left of earlier ones beside them, where it says something else. */
function conflictsOfEpochs(spec: ModelSpec, state: RecordState, claims: readonly Claim[]): Conflict[] {
  const shown = latestEpochOnly(state, claims);
  const outdated = outdatedDots(state, claims);
  const isSaid = (slot: string, lost: readonly Sibling[]) => {
    const said = shown.fields.get(slot);
    return said !== undefined && shown.deletes.length === 0 && agree([...said, ...lost]);
  };
  const fields = new Map(
    [...outdated.fields].filter(([slot, lost]) => slot !== creationField && !isSaid(slot, lost)),
  );
  // Both deleted it: nothing is lost.
  const deletes = isAlive(spec, shown) ? outdated.deletes : [];
  if (fields.size === 0 && deletes.length === 0) return conflictsAmong(spec, shown);
  const winner = greatest([...dotsOf(shown)]);
  const changed: Conflict = { kind: 'owner-changed', field: null, winner, content: { fields, deletes } };
  return [...conflictsAmong(spec, shown), changed];
}

function conflictsAmong(spec: ModelSpec, state: RecordState): Conflict[] {
  const { fields, deletes } = state;
  const isDeleteMet = deletes.length > 0 && fields.size > 0;
  if (isDeleteMet && spec.deletes === 'delete-wins') {
    // Siblings among what is hidden are told with it.
    return [{ kind: 'delete-beats-edit', field: null, winner: deletes[0]!, content: { fields, deletes } }];
  }
  const met: Conflict[] = [];
  if (isDeleteMet) {
    const winner = greatest([...fields.values()].map(([sibling]) => sibling!.dot));
    met.push({ kind: 'edit-beats-delete', field: null, winner, content: { fields, deletes } });
  }
  for (const [slot, siblings] of fields) {
    const field = fieldOf(spec, slot);
    if (siblings.length < 2 || slot === creationField || isPart(spec, slot)) continue;
    if (field !== undefined) met.push(...fieldConflicts(field, state));
    else if (!agree(siblings)) met.push(conflictOfSlot(slot, siblings));
  }
  for (const field of partedFieldsOf(spec)) met.push(...fieldConflicts(field, state));
  return met;
}

/** Whether a slot is one of a field that is merged in parts, which is looked at by itself. */
function isPart(spec: ModelSpec, slot: string): boolean {
  return partedFieldsOf(spec).some(({ name }) => name === slotField(slot));
}

function fieldConflicts(field: FieldSpec, state: RecordState): Conflict[] {
  const result = mergeField(field, state);
  if (result.kind !== 'conflict') return [];
  return result.conflicts.map(({ name, winner, met }) => ({
    kind: 'siblings',
    field: name,
    winner,
    content: { fields: met, deletes: [] },
  }));
}

/** Of a field that this program does not know. */
function conflictOfSlot(slot: string, siblings: readonly Sibling[]): Conflict {
  const content = { fields: new Map([[slot, siblings]]), deletes: [] };
  return { kind: 'siblings', field: slot, winner: siblings[0]!.dot, content };
}

function devicesOf(state: RecordState): DeviceId[] {
  return [...new Set([...dotsOf(state)].map(dotDevice))].sort();
}

function greatest(dots: readonly Dot[]): Dot {
  return dots.reduce((a, b) => (b > a ? b : a));
}

function isWaiting(spec: ModelSpec, name: string): boolean {
  const field = fieldOf(spec, name);
  return field?.kind === 'reference' && field.missing === 'wait';
}
