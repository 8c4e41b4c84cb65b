import { emptyVersion, type RecordRef, type RecordWrite, refKey, type Value } from '@shoal/core';
import { recordRef } from './data/domain.ts';
import type { Device } from './device/device.ts';
import { mayWrite } from './workload.ts';

/** A write of a row that may stay on its device: what its table says then, and whether the transaction syncs (S0-55). */
export interface GatedWrite {
  readonly ref: RecordRef;
  /** The whole row. */
  readonly row: ReadonlyMap<string, Value>;
  readonly isSynced: boolean;
}

/** What the draws mean: a new row, or another one of this device, open or not; now and then in a transaction without sync. */
export function chooseGatedWrite({ library }: Device, draws: readonly number[], serial: number): GatedWrite {
  const [what = 0, which = 0, a = 0, b = 0] = draws;
  const local = [...library.content.localRows.keys()].map(Number);
  const shown = [...library.memory.shown.values()].flatMap(({ ref }) =>
    ref.model === 'leaflet' ? [ref] : [],
  );
  const refs = [...local.map((number) => recordRef('leaflet', number)), ...shown];
  const isNew = what % 3 === 0 || refs.length === 0;
  const ref = isNew ? recordRef('leaflet', 1_000 + serial) : refs[which % refs.length]!;
  const row = new Map<string, Value>([
    ['open', a % 3 === 0 ? 1 : 0],
    ['words', `words ${serial}`],
  ]);
  return { ref, row, isSynced: b % 4 > 0 };
}

/** Records that go to the log once more as they are (S0-56): a change of its own that replaces nothing. */
export function chooseForced(device: Device, draws: readonly number[]): RecordWrite[] {
  const { memory } = device.library;
  const ours = [...memory.shown.values()].filter(({ spec, ref }) => mayWrite(device, spec, ref));
  const chosen = ours[draws[1]! % Math.max(1, ours.length)];
  if (chosen === undefined) return [];
  return [{ kind: 'decide', ref: chosen.ref, slots: new Map(), clears: [], seen: emptyVersion }];
}

/** The number of a row of that model on its device: what a local key is. */
export function rowKey(ref: RecordRef): string {
  return String(Number.parseInt(refKey(ref).slice(-12), 16));
}
