import {
  emptyState,
  formatHlc,
  joinVersions,
  lifeId,
  makeDot,
  putState,
  type ReplicaId,
  refKey,
  withDot,
} from '@shoal/core';
import type { Change } from './data/entry.ts';
import { commits } from './device/commits.ts';
import type { Device } from './device/device.ts';
import { type Fleet, nameOf } from './fleet.ts';

/** A member's broken program appends an entry that claims to include everything, and opens for nobody (LOG-3). */
export function appendUnopenable(fleet: Fleet, device: Device, draws: readonly number[]): void {
  const rows = [...device.log.content.rows.values()];
  const like = rows[draws[0]! % Math.max(1, rows.length)]?.entry;
  if (like === undefined) return;
  const known = rows
    .filter(({ entry }) => refKey(entry.ref) === refKey(like.ref))
    .map(({ entry }) => entry.version);
  const dot = strangeDot(fleet, device);
  const version = withDot(known.reduce(joinVersions), dot);
  const { ref, isDelete, rank, schemaVersion } = like;
  append(fleet, device, { ref, isDelete, rank, schemaVersion, dot, version, state: null });
}

/** A program newer than all others writes a shared record in a schema that nobody here knows: it parks (DEP-5). */
export function appendOfNewerProgram(fleet: Fleet, device: Device, draws: readonly number[]): void {
  const { memory, registry } = device.library;
  const shared = [...memory.records.values()].filter(
    ({ ref }) => registry.get(ref.model)?.ownership.kind === 'shared',
  );
  const chosen = shared[draws[0]! % Math.max(1, shared.length)];
  if (chosen === undefined) return;
  const { ref } = chosen;
  const spec = registry.require(ref.model);
  const here = device.library.memory.record(ref)?.state ?? emptyState;
  const dot = strangeDot(fleet, device);
  const seen = here.version;
  const fields = new Map(spec.fields.map((field) => [field.name, field.default]));
  const state = putState(spec, here, { dot, seen, fields });
  const schemaVersion = spec.schemaVersion + 1;
  const change = { ref, isDelete: false, rank: 0, schemaVersion, dot, version: state.version, state };
  const made = { ref, dot, seen, here: seen, isBlind: false, fields, clears: [] };
  if (append(fleet, device, change)) fleet.ledger.addWrites([made]);
}

/** Answers whether the log has it. Its library does not: no relay appended it. */
function append(fleet: Fleet, device: Device, change: Change): boolean {
  const logStore = device.logStore();
  fleet.tell(device.index, () => `a strange entry of ${nameOf(change.ref)}`);
  if (logStore === null || !commits(() => void logStore.append([change]))) return false;
  device.log.disown();
  return true;
}

/** Of a replica that no library here was opened as. */
function strangeDot(fleet: Fleet, device: Device) {
  const replica = lifeId<ReplicaId>(device.id, `f${String(fleet.ledger.entries.size).padStart(15, '0')}`);
  return makeDot(formatHlc(device.wall.nowMs(), 0), replica);
}
