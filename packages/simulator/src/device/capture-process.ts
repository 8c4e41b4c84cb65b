import {
  type DecidedRow,
  type Decision,
  type DeviceId,
  emptyVersion,
  type RecordWrite,
  type ReplicaId,
  refKey,
  ShoalError,
  type Version,
} from '@shoal/core';
import type { LibraryFile } from '../data/library-file.ts';
import { type GatedWrite, rowKey } from '../gate-writes.ts';
import type { Life } from '../time/life.ts';
import { announcement, programOf } from './announced-schemas.ts';
import { commits } from './commits.ts';
import { type MadeWrite, planCapture } from './plan-capture.ts';
import type { Relay } from './relay.ts';
import type { Surroundings } from './surroundings.ts';

/** One opening of a library for writing: a replica of its own, with the relay beside (CHG-1, CHG-5). */
export interface CaptureProcess {
  readonly life: Life;
  readonly replica: ReplicaId;
  /** One transaction. Throws what capture refuses, and what disks do; then nothing was written. */
  write(writes: readonly RecordWrite[]): readonly MadeWrite[];
  /** Writes a row that stays here until its gate opens (CHG-9). Throws as `write`, and for one that is synced without sync. */
  writeGated(write: GatedWrite): readonly MadeWrite[];
  /** Decides a row of the journal, upon the version that was shown (MRG-8). Throws as `write`. */
  decide(row: DecidedRow, decision: Decision & { readonly seen: Version }): readonly MadeWrite[];
}

export function startCapture(options: {
  readonly surroundings: Surroundings;
  readonly device: DeviceId;
  readonly replica: ReplicaId;
  readonly file: LibraryFile;
  readonly wallMs: () => number;
  readonly life: Life;
  readonly relay: Relay;
}): CaptureProcess {
  const { surroundings, device, replica, file, life, relay } = options;
  const { parts } = surroundings;

  function write(
    writes: readonly RecordWrite[],
    localRows: LibraryFile['content']['localRows'] = file.content.localRows,
  ): readonly MadeWrite[] {
    const plan = planCapture(parts, file, { device, replica, wallMs: options.wallMs() }, writes);
    if (plan.made.length === 0 && localRows === file.content.localRows) return [];
    let { outboxIdNext } = file.content;
    const outbox = [...file.content.outbox];
    for (const item of plan.items) {
      const waiting = outbox.findIndex((row) => row.kept === null && refKey(row.ref) === refKey(item.ref));
      // A state-based row carries no payload, so a later change only moves its dot (CHG-7).
      if (waiting >= 0 && item.kept === null) outbox[waiting] = { ...item, id: outbox[waiting]!.id };
      else outbox.push({ ...item, id: outboxIdNext++ });
    }
    surroundings.watcher.captures(device, plan);
    file.commit({ plan, clock: plan.clock, outbox, outboxIdNext, localRows, made: plan.made });
    relay.signal();
    return plan.made;
  }

  // Who never said it is of a fleet in which nobody is upgraded.
  const said = file.memory.record(programOf(device)) === undefined ? null : announcement(device, file);
  if (said !== null) commits(() => void write([said]));

  return {
    life,
    replica,
    write: (writes) => write(writes),
    writeGated({ ref, row, isSynced }) {
      const key = rowKey(ref);
      const stored = file.memory.record(ref);
      const wasCaptured = stored !== undefined;
      const isNamed = wasCaptured || !file.content.localRows.has(key);
      const gated = parts.planGate({ isNamed, wasCaptured, isOpen: row.get('open') === 1, isSynced });
      if (gated === 'refuse') throw new ShoalError('invalid-argument', 'this row is synced');
      const localRows = new Map(file.content.localRows);
      if (gated === 'unname' || (gated === 'as-is' && !isNamed)) return write([], localRows.set(key, row));
      localRows.delete(key);
      const seen = stored?.state.version ?? emptyVersion;
      return write([{ kind: 'put', ref, fields: row, seen }], localRows);
    },
    decide(row, decision) {
      const who = { scope: { registry: file.registry, device }, reader: file.memory };
      return write([parts.planRowDecision(who, row, decision)]);
    },
  };
}
