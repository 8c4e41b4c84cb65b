import { type Decision, ShoalError } from '@shoal/core';
import type { ConflictDecision } from '@shoal/library';
import { type DecideConflictRequest, DecisionKind, fieldsFromWire, versionFromWire } from '@shoal/proto';

/** Reads a decision of a conflict (SEC-5). Throws `invalid-argument`, naming the field. */
export function toConflictDecision(request: DecideConflictRequest): ConflictDecision {
  return {
    id: request.conflictId,
    kind: kindOf(request.decision),
    side: request.side === 0 ? null : request.side,
    fields: fieldsFromWire(request.fields),
    seen: versionFromWire(request.seen),
  };
}

function kindOf(kind: DecisionKind): Decision['kind'] {
  switch (kind) {
    case DecisionKind.DECISION_KIND_KEEP:
      return 'keep';
    case DecisionKind.DECISION_KIND_FLIP:
      return 'flip';
    case DecisionKind.DECISION_KIND_RESTORE:
      return 'restore';
    default:
      throw new ShoalError('invalid-argument', `"decision": expected keep, flip or restore, found ${kind}`, {
        field: 'decision',
      });
  }
}
