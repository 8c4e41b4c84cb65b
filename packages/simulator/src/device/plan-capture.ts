import {
  type ApplyPlan,
  type BlindWrite,
  type Clock,
  type DeviceId,
  type Dot,
  knownSchemas,
  type RecordRef,
  type RecordWrite,
  type ReplicaId,
  rankFinder,
  refKey,
  requireFree,
  requireTargets,
  type Value,
  type Version,
} from '@shoal/core';
import type { LibraryFile, OutboxRow } from '../data/library-file.ts';
import type { Parts } from '../parts.ts';
import { announcedSchemas } from './announced-schemas.ts';

/** A write as it was made: what the record of all writes needs to know to tell every state from nothing else. */
export interface MadeWrite {
  readonly ref: RecordRef;
  readonly dot: Dot;
  /** What the writer had seen, as it said. */
  readonly seen: Version;
  /** What was there when it wrote. */
  readonly here: Version;
  /** It had read nothing, and replaced what was there (MRG-1). */
  readonly isBlind: boolean;
  /** By slot; null: a delete. */
  readonly fields: ReadonlyMap<string, Value> | null;
  /** Slots out of which it took what it had seen (MRG-3). */
  readonly clears: readonly string[];
}

export interface CapturePlan {
  readonly stored: ApplyPlan['stored'];
  readonly view: ApplyPlan['view'];
  readonly journal: ApplyPlan['journal'];
  readonly blindWrites: readonly BlindWrite[];
  readonly clock: Clock;
  readonly items: readonly Omit<OutboxRow, 'id'>[];
  readonly made: readonly MadeWrite[];
}

/**
 * Plans one local transaction by core's capture: states, rows, outbox and clock (CHG-5). Throws typed errors for what
 * capture refuses; then nothing is written.
 */
export function planCapture(
  parts: Parts,
  { memory, content, registry }: LibraryFile,
  writer: { readonly device: DeviceId; readonly replica: ReplicaId; readonly wallMs: number },
  writes: readonly RecordWrite[],
): CapturePlan {
  const { device, replica } = writer;
  const nulledFields = (ref: RecordRef) =>
    (memory.shown.get(refKey(ref))?.nulled ?? []).map(({ field }) => field);
  const { clock } = content;
  const scope = {
    registry,
    reader: memory,
    nulledFields,
    schemas: parts.schemasToWrite(knownSchemas(registry), announcedSchemas(memory)),
    device,
    replica,
    clock,
    wallMs: () => writer.wallMs,
  };
  const drafts = parts.draftWrites(scope, writes, parts);
  const all = drafts.all();
  const rankOf = rankFinder(drafts);
  const items = all.map((draft) => {
    const { ref, spec, dot, change, stored } = draft;
    const kept = spec.strategy === 'log' ? stored.state : null;
    return { ref, dot, isDelete: change === 'delete', rank: rankOf(draft), kept };
  });
  const view = parts.planView(registry, drafts.reader, all);
  requireTargets(drafts, view);
  requireFree(drafts, view);
  const journal = parts.planJournal(registry, drafts.reader, all, view);
  const blindWrites = parts.planBlindWrites(drafts, writes);
  const made = drafts.changes.map(({ ref, dot, seen, before, fields, clears }) => {
    const isBlind = writes.some((write) => write.seen === null && refKey(write.ref) === refKey(ref));
    return { ref, dot, seen, here: before.version, isBlind, fields, clears };
  });
  return { stored: all, view, journal, blindWrites, clock: drafts.clock, items, made };
}
