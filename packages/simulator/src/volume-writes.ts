import {
  emptyVersion,
  type RecordRef,
  type RecordWrite,
  refKey,
  type ShowOutcome,
  type Value,
  type Version,
  withClaim,
} from '@shoal/core';
import { recordRef } from './data/domain.ts';
import { volumeModels } from './data/volume-specs.ts';
import type { Device } from './device/device.ts';
import { type Loaded, mayWrite } from './workload.ts';

/** Few, so that devices meet on them; a box lies on the volume of its number. */
const volumes = 2;
const boxes = 2;

/**
 * What the draws of a write among volumes mean on a device as it is now (MRG-5): it claims one, makes boxes and papers on
 * those that it holds, changes and deletes what is there, and takes over what is of an earlier epoch. Now and then it tries to
 * write what another holds, as somebody does who has not heard of it.
 */
export function chooseVolumeWrites(
  device: Device,
  loaded: Loaded,
  [what = 0, which = 0, stale = 0, ...rest]: readonly number[],
  serial: number,
): RecordWrite[] {
  const shown = [...device.library.memory.shown.values()].filter(({ ref }) => volumeModels.has(ref.model));
  const ours = shown.filter(({ spec, ref }) => mayWrite(device, spec, ref) || which % 9 === 0);
  const boxesHere = ours.filter(({ ref }) => ref.model === 'box');
  if (what % 10 < 2 || boxesHere.length === 0) return claim(device, which, serial);
  if (what % 10 < 4)
    return [put(recordRef('box', which % boxes), boxFields(which % boxes, serial), emptyVersion)];
  const box = boxesHere[which % Math.max(1, boxesHere.length)];
  if (what % 10 < 5 && box !== undefined)
    return [put(recordRef('paper', 1_000 + serial), paperFields(box.ref, shown, rest, serial), emptyVersion)];
  const written = ours.filter(({ ref }) => ref.model !== 'volume');
  const chosen = written[which % Math.max(1, written.length)];
  if (chosen === undefined) return [];
  const key = refKey(chosen.ref);
  const here = { seen: device.library.memory.record(chosen.ref)!.state.version, row: chosen.row };
  const { seen } = stale % 3 === 0 ? (loaded.get(key) ?? here) : here;
  if (stale % 2 === 0 || !loaded.has(key)) loaded.set(key, here);
  if (rest[0]! % 6 === 0) return [{ kind: 'delete', ref: chosen.ref, seen }];
  return [put(chosen.ref, changed(chosen, rest, serial), seen)];
}

/** Also by who holds it already; with the box that lies on it, as whoever plugs something in describes it. */
function claim(device: Device, which: number, serial: number): RecordWrite[] {
  const volume = which % 5 === 0 ? 1 : 0;
  const ref = recordRef('volume', volume);
  const claims = device.library.memory.shown.get(refKey(ref))?.row.get('claims') ?? '[]';
  const fields = new Map([['claims', withClaim(claims, device.id)]]);
  const seen = device.library.memory.record(ref)?.state.version ?? emptyVersion;
  const box = recordRef('box', volume);
  const known = device.library.memory.record(box)?.state.version ?? emptyVersion;
  return [
    { kind: 'put', ref, fields, seen, shown: new Map([['claims', claims]]) },
    put(box, boxFields(volume, serial), known),
  ];
}

function boxFields(box: number, serial: number): Map<string, Value> {
  return new Map<string, Value>([
    ['name', `box ${serial}`],
    ['label', serial % 2 === 0 ? null : `label ${serial}`],
    ['volume', recordRef('volume', box % volumes).id],
  ]);
}

function paperFields(
  box: RecordRef,
  shown: readonly ShowOutcome[],
  [a = 0]: readonly number[],
  serial: number,
): Map<string, Value> {
  const papers = shown.filter(({ ref, row }) => ref.model === 'paper' && row.get('box') === box.id);
  const parent = a % 2 === 0 ? papers[a % Math.max(1, papers.length)]?.ref.id : undefined;
  return new Map<string, Value>([
    ['box', box.id],
    ['name', `paper ${serial}`],
    ['parent', parent ?? null],
  ]);
}

/** Some of it; or nothing, which takes it over where it is of an earlier epoch. */
function changed(
  { ref }: ShowOutcome,
  [, a = 0, b = 0]: readonly number[],
  serial: number,
): Map<string, Value> {
  const fields = new Map<string, Value>();
  if (a % 3 > 0) fields.set('name', `name ${serial}`);
  if (b % 3 === 0) fields.set(ref.model === 'box' ? 'label' : 'words', `words ${b}`);
  return fields;
}

function put(ref: RecordRef, fields: ReadonlyMap<string, Value>, seen: Version): RecordWrite {
  return { kind: 'put', ref, fields, seen };
}
