import type { ViewReader } from '../apply/view-reader.ts';
import type { RecordId, RecordRef } from '../ids.ts';
import { type ModelSpec, referencesOf } from '../model/spec.ts';
import { RefMap } from '../ref-map.ts';

/** Depths beyond this share the last place. */
const depthMax = 65_535;

/**
 * Finds the depth of records within self-references, for their rank (DEP-1); remembers what it has walked. A circle
 * ends the walk where it closes: it is cut somewhere by the view, so no place within it is wrong.
 */
export function depthFinder(reader: Pick<ViewReader, 'record'>): (spec: ModelSpec, ref: RecordRef) => number {
  const depthByRef = new RefMap<number>();
  return (spec, ref) => {
    const field = referencesOf(spec).find(
      ({ target, missing }) => target === spec.name && missing === 'wait',
    );
    if (field === undefined) return 0;
    const walked: RecordRef[] = [];
    const entered = new Set<RecordId>();
    let at: RecordRef | undefined = ref;
    let base = -1;
    while (at !== undefined && walked.length < depthMax) {
      const known = depthByRef.get(at);
      if (known !== undefined) base = known;
      if (known !== undefined || entered.has(at.id)) break;
      walked.push(at);
      entered.add(at.id);
      const parent: unknown = reader.record(at)?.state.fields.get(field.name)?.[0]?.value;
      at = typeof parent === 'string' ? ({ model: spec.name, id: parent } as RecordRef) : undefined;
    }
    for (const each of walked.reverse()) depthByRef.set(each, ++base);
    return depthByRef.get(ref)!;
  };
}
