import type { ViewReader } from '../apply/view-reader.ts';
import { type RecordRef, refKey } from '../ids.ts';
import { type ModelSpec, referencesOf } from '../model/spec.ts';

/** Depths beyond this share the last place. */
const depthMax = 65_535;

/**
 * Finds the depth of records within self-references, for their rank (DEP-1); remembers what it has walked. A circle
 * ends the walk where it closes: it is cut somewhere by the view, so no place within it is wrong.
 */
export function depthFinder(reader: Pick<ViewReader, 'record'>): (spec: ModelSpec, ref: RecordRef) => number {
  const depthByKey = new Map<string, number>();
  return (spec, ref) => {
    const field = referencesOf(spec).find(
      ({ target, missing }) => target === spec.name && missing === 'wait',
    );
    if (field === undefined) return 0;
    const walked = new Set<string>();
    let at: RecordRef | undefined = ref;
    let base = -1;
    while (at !== undefined && walked.size < depthMax) {
      const key = refKey(at);
      const known = depthByKey.get(key);
      if (known !== undefined) base = known;
      if (known !== undefined || walked.has(key)) break;
      walked.add(key);
      const parent: unknown = reader.record(at)?.state.fields.get(field.name)?.[0]?.value;
      at = typeof parent === 'string' ? ({ model: spec.name, id: parent } as RecordRef) : undefined;
    }
    for (const key of [...walked].reverse()) depthByKey.set(key, ++base);
    return depthByKey.get(refKey(ref)) as number;
  };
}
