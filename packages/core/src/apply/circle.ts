import type { Dot } from '../clock/dot.ts';
import { type RecordRef, refKey } from '../ids.ts';
import type { Registry } from '../model/registry.ts';
import { isAlive } from '../record/view.ts';
import type { ViewReader } from './view-reader.ts';

/**
 * The records on the circle of self-references through `start`, or undefined where there is none. Deleted and
 * unknown records end the walk. Concurrent moves on two devices can close a circle that neither saw (DEP-2).
 */
export function circleOf(
  registry: Registry,
  reader: ViewReader,
  start: RecordRef,
  field: string,
): readonly RecordRef[] | undefined {
  const spec = registry.get(start.model);
  const walked: RecordRef[] = [];
  const seen = new Set<string>();
  for (let ref = start; ; ) {
    const stored = reader.record(ref);
    if (stored === undefined || spec === undefined || !isAlive(spec, stored.state)) return undefined;
    if (seen.has(refKey(ref))) return undefined; // A circle further up, without `start`.
    seen.add(refKey(ref));
    walked.push(ref);
    const parent = stored.state.fields.get(field)?.[0]?.value;
    if (typeof parent !== 'string') return undefined;
    if (parent === start.id) return walked;
    ref = { model: start.model, id: parent } as RecordRef;
  }
}

/** The record whose self-reference counts as null: the one written last (DEP-2). */
export function cutOf(reader: ViewReader, circle: readonly RecordRef[], field: string): RecordRef {
  const dotOf = (ref: RecordRef): Dot => reader.record(ref)!.state.fields.get(field)![0]!.dot;
  return circle.reduce((cut, ref) => (dotOf(ref) > dotOf(cut) ? ref : cut));
}
