import type { Dot } from '../clock/dot.ts';
import type { ModelName, RecordId, RecordRef } from '../ids.ts';
import type { Registry } from '../model/registry.ts';
import { type ReferenceField, referencesOf } from '../model/spec.ts';
import type { Sibling } from '../record/state.ts';
import { RefMap } from '../ref-map.ts';
import type { Standing } from './standing.ts';

/** Records that refer to each other in a circle. */
export interface Circle {
  readonly field: string;
  readonly members: readonly RecordRef[];
  /** The one whose reference counts as null: the one written last (DEP-2). */
  readonly cut: RecordRef;
}

/** The reference by which records of a model wait for others of the same model; the registry allows one. */
export function waitingSelfReference(registry: Registry, model: ModelName): ReferenceField | undefined {
  const spec = registry.get(model);
  if (spec === undefined) return undefined;
  return referencesOf(spec).find((field) => field.target === model && field.missing === 'wait');
}

/**
 * Finds the circle that a record is on, if any, and remembers every record walked over. Deleted, unknown and unfit
 * records end the walk. Concurrent moves on two devices can close a circle that neither saw (DEP-2).
 */
export function circles(
  registry: Registry,
  standingOf: (ref: RecordRef) => Standing,
): (start: RecordRef) => Circle | undefined {
  const circleByRef = new RefMap<Circle | null>();

  function walk(start: RecordRef, field: ReferenceField): void {
    const path: { ref: RecordRef; reference: Sibling }[] = [];
    const walked: RecordRef[] = [];
    // All of one model.
    const indexById = new Map<RecordId, number>();
    for (let ref = start; ; ) {
      const index = indexById.get(ref.id);
      if (index !== undefined) {
        const circle = circleFrom(field.name, path.slice(index));
        for (const member of circle.members) circleByRef.set(member, circle);
        break;
      }
      if (circleByRef.has(ref)) break; // Known already, and the path up to here leads into it at most.
      indexById.set(ref.id, path.length);
      walked.push(ref);
      const standing = standingOf(ref);
      const reference = standing.kind === 'alive' ? standing.state.fields.get(field.name)?.[0] : undefined;
      if (typeof reference?.value !== 'string') break;
      path.push({ ref, reference });
      ref = { model: ref.model, id: reference.value } as RecordRef;
    }
    for (const ref of walked) if (!circleByRef.has(ref)) circleByRef.set(ref, null);
  }

  return (start) => {
    const field = waitingSelfReference(registry, start.model);
    if (field === undefined) return undefined;
    if (!circleByRef.has(start)) walk(start, field);
    return circleByRef.get(start) ?? undefined;
  };
}

function circleFrom(
  field: string,
  path: readonly { readonly ref: RecordRef; readonly reference: { readonly dot: Dot } }[],
): Circle {
  const last = path.reduce((cut, step) => (step.reference.dot > cut.reference.dot ? step : cut));
  return { field, members: path.map(({ ref }) => ref), cut: last.ref };
}
