import { covers, type RecordState, type Version, versionDots } from '@shoal/core';
import type { MadeWrite } from '../device/plan-capture.ts';

/**
 * The oracle of a record (MRG-1, MRG-4), slow and obvious: given every write that was ever made of it, what its state
 * must be for those that a version includes. A value is there unless an included write of its field had seen it; a
 * delete is in force unless an included write had seen it.
 */
export function expectedState(writes: readonly MadeWrite[], version: Version): string {
  const included = writes.filter((write) => covers(version, write.dot));
  const lines: string[] = [];
  for (const write of included) {
    const later = included.filter((other) => other !== write && hasSeen(other, write));
    if (write.fields === null) {
      if (later.length === 0) lines.push(`delete ${write.dot}`);
      continue;
    }
    for (const [field, value] of write.fields) {
      const isReplaced = later.some((other) => replaces(other, field));
      if (!isReplaced) lines.push(`${field} ${write.dot} ${JSON.stringify(value)}`);
    }
  }
  return [versionDots(version).join(' '), ...lines.sort()].join('\n');
}

/** Whether a write that has seen a value of a slot puts something in its place: another value, or nothing (MRG-3). */
export function replaces({ fields, clears }: MadeWrite, slot: string): boolean {
  return fields === null || fields.has(slot) || clears.includes(slot);
}

/** A state in the oracle's words. */
export function describeState(state: RecordState): string {
  const lines = state.deletes.map((dot) => `delete ${dot}`);
  for (const [field, siblings] of state.fields) {
    for (const { dot, value } of siblings) lines.push(`${field} ${dot} ${JSON.stringify(value)}`);
  }
  return [versionDots(state.version).join(' '), ...lines.sort()].join('\n');
}

/** Whether a write had seen another: it loaded it, and it was there when it wrote. */
export function hasSeen(later: MadeWrite, earlier: MadeWrite): boolean {
  return covers(later.seen, earlier.dot) && covers(later.here, earlier.dot);
}
