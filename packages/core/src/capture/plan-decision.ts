import { checkFields } from '../model/check-fields.ts';
import { bringBack } from './bring-back.ts';
import { chooseValue, keepValues, keepWhole, writeOf } from './decided-values.ts';
import { type Decision, isThere, refuseDecision, type Undecided } from './decision.ts';
import type { RecordWrite } from './record-write.ts';

/**
 * The write that decides a conflict: one that has seen all that met, so that it is settled wherever the write arrives
 * (MRG-8). Throws as `checkFields`; `invalid-argument`, naming `decision` or `side`, where there is nothing of that kind to decide, and
 * `incomplete-record` where what is brought back lacks fields (MRG-4).
 */
export function planDecision(undecided: Undecided, decision: Decision): RecordWrite {
  checkFields(undecided.spec, decision.fields);
  if (decision.kind === 'restore') return restore(undecided, decision);
  if (!undecided.isOpen)
    refuseDecision(undecided, decision, 'the conflict is settled; restore has what it lost');
  if (decision.kind === 'flip') return flip(undecided, decision);
  if (decision.fields.size > 0) refuseDecision(undecided, decision, 'it takes no values; flip does');
  return keep(undecided);
}

function keep(undecided: Undecided): RecordWrite {
  const { conflict } = undecided;
  switch (conflict.kind) {
    case 'siblings':
      return keepValues(undecided);
    case 'edit-beats-delete':
      return keepWhole(undecided);
    case 'owner-changed':
      return isThere(undecided) ? keepWhole(undecided) : removed(undecided);
    case 'circle-cut':
      return writeOf(undecided, new Map([[conflict.field!, null]]));
    // Nothing is shown.
    case 'delete-beats-edit':
    case 'orphaned':
    case 'blind-write':
      return removed(undecided);
  }
}

function flip(undecided: Undecided, decision: Decision): RecordWrite {
  const { kind } = undecided.conflict;
  switch (kind) {
    case 'siblings':
      return chooseValue(undecided, decision);
    case 'delete-beats-edit':
      return bringBack(undecided, decision);
    case 'edit-beats-delete':
      return removed(undecided);
    case 'circle-cut':
    case 'orphaned':
    case 'blind-write':
      return refuseDecision(undecided, decision, otherRecord);
    case 'owner-changed':
      return refuseDecision(undecided, decision, 'restore brings back what its former owner wrote');
  }
}

function restore(undecided: Undecided, decision: Decision): RecordWrite {
  const { conflict, isOpen } = undecided;
  const isAlive = isThere(undecided);
  switch (conflict.kind) {
    case 'siblings':
      if (isOpen) refuseDecision(undecided, decision, 'the conflict is open; flip chooses another value');
      return isAlive ? chooseValue(undecided, decision) : bringBack(undecided, decision);
    case 'circle-cut':
      if (isOpen || !isAlive) refuseDecision(undecided, decision, otherRecord);
      return chooseValue(undecided, decision);
    case 'edit-beats-delete':
    case 'orphaned':
      if (isAlive) refuseDecision(undecided, decision, 'the record is not deleted');
      return bringBack(undecided, decision);
    case 'delete-beats-edit':
    case 'owner-changed':
      return bringBack(undecided, decision);
    case 'blind-write':
      return conflict.content.fields.size > 0 ? bringBack(undecided, decision) : removed(undecided);
  }
}

const otherRecord = 'what it depends on is another record; write that one';

function removed(undecided: Undecided): RecordWrite {
  return writeOf(undecided, null);
}
