import { DecisionKind } from '@shoal/proto';
import { expect, test } from 'vitest';
import { toConflictDecision } from './decide.ts';

const request = {
  libraryId: Buffer.alloc(16),
  conflictId: 7,
  decision: DecisionKind.DECISION_KIND_FLIP,
  side: 0,
  seen: [],
  fields: [{ field: 'color', value: { kind: { $case: 'text' as const, value: 'red' } } }],
};

test('[MRG-8] a decision is read with its side, if one is named, and the fields that it gives', () => {
  const fields = new Map([['color', 'red']]);
  expect(toConflictDecision(request)).toEqual({ id: 7, kind: 'flip', side: null, seen: new Map(), fields });
  expect(toConflictDecision({ ...request, side: 2 }).side).toBe(2);
  const kinds = [DecisionKind.DECISION_KIND_KEEP, DecisionKind.DECISION_KIND_RESTORE];
  expect(kinds.map((decision) => toConflictDecision({ ...request, decision }).kind)).toEqual([
    'keep',
    'restore',
  ]);
});

test('[SEC-5] a decision of no kind is refused, naming the field', () => {
  const decision = DecisionKind.DECISION_KIND_UNSPECIFIED;
  expect(() => toConflictDecision({ ...request, decision })).toThrow(
    '"decision": expected keep, flip or restore',
  );
});
