import {
  emptyVersion,
  planGate,
  planRowDecision,
  type RecordWrite,
  versionDots,
  versionOf,
} from '@shoal/core';
import type { PlantedFault } from './planted-fault.ts';

/** Mistakes in what people do with what met, and in what the built-in models need beside. */
export const wholeFaults: readonly PlantedFault[] = [
  {
    name: 'a decision has seen what it chose, and not the rest of what met',
    rule: 'MRG-8',
    parts: { planRowDecision: (...of) => withSeen(planRowDecision(...of), emptyVersion) },
    isWhole: true,
  },
  {
    name: 'a decision has seen the latest change alone',
    rule: 'MRG-8',
    parts: {
      planRowDecision(...of) {
        const write = planRowDecision(...of);
        const latest = versionDots(write.seen ?? emptyVersion).at(-1);
        return latest === undefined ? write : withSeen(write, versionOf([latest]));
      },
    },
    isWhole: true,
  },
  {
    name: 'what is flipped stays what it was',
    rule: 'MRG-8',
    parts: {
      planRowDecision: (who, row, decision) =>
        planRowDecision(
          who,
          row,
          decision.kind === 'flip' ? { ...decision, kind: 'keep', fields: new Map() } : decision,
        ),
    },
    isWhole: true,
  },
  {
    name: 'a decision is made upon what is there, whatever was shown',
    rule: 'MRG-8',
    parts: {
      planRowDecision(who, row, decision) {
        const seen = who.reader.record(row.ref)?.state.version ?? decision.seen;
        return planRowDecision(who, row, { ...decision, seen });
      },
    },
    isWhole: true,
  },
  {
    name: 'the gate of a row is asked again after it was synced',
    rule: 'CHG-9',
    parts: { planGate: (row) => planGate({ ...row, wasCaptured: false }) },
    isWhole: true,
  },
  {
    name: 'a row leaves its device although its gate is closed',
    rule: 'CHG-9',
    parts: { planGate: (row) => planGate({ ...row, isOpen: true }) },
    isWhole: true,
  },
  {
    name: 'a transaction without sync writes what is synced',
    rule: 'CHG-9',
    parts: { planGate: (row) => (row.wasCaptured ? 'as-is' : planGate(row)) },
    isWhole: true,
  },
  {
    name: 'a transaction without sync gives a row its name',
    rule: 'CHG-9',
    parts: { planGate: (row) => planGate({ ...row, isSynced: row.isSynced || !row.wasCaptured }) },
    isWhole: true,
  },
  {
    name: 'a record that is brought back by a decision stays behind its delete',
    rule: 'MRG-8',
    parts: {
      planRowDecision(...of) {
        const write = planRowDecision(...of);
        return write.kind === 'put' ? withSeen(write, emptyVersion) : write;
      },
    },
    isWhole: true,
  },
];

function withSeen(write: RecordWrite, seen: NonNullable<RecordWrite['seen']>): RecordWrite {
  return { ...write, seen };
}
