import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { domainSpecs, model, reference } from '../apply/testing/domain.ts';
import type { ModelName } from '../ids.ts';
import { type ModelSpec, referencesOf } from '../model/spec.ts';
import { modelLevels } from './levels.ts';

const shared = { kind: 'shared' } as const;

/** Models whose waiting references point to earlier ones only, in any order. */
const acyclic = fc
  .array(fc.array(fc.record({ target: fc.nat({ max: 7 }), waits: fc.boolean() }), { maxLength: 4 }), {
    maxLength: 8,
  })
  .map((models) =>
    models.map((references, index) =>
      model(
        `m${index}`,
        shared,
        references.map(({ target, waits }, at) => {
          const isEarlier = target < index;
          return reference(`r${at}`, `m${target % models.length}`, waits && isEarlier ? 'wait' : 'null');
        }),
      ),
    ),
  )
  .chain((specs) => fc.shuffledSubarray(specs, { minLength: specs.length }));

function waitsFor(spec: ModelSpec): ModelName[] {
  return referencesOf(spec).flatMap((field) => (field.missing === 'wait' ? [field.target] : []));
}

describe('levels of models', () => {
  test('[DEP-1] a model stands one above the highest that it waits for', () => {
    fc.assert(
      fc.property(acyclic, (specs) => {
        const levels = modelLevels(specs);
        for (const spec of specs) {
          const parents = waitsFor(spec).map((parent) => levels.get(parent)!);
          expect(levels.get(spec.name)).toBe(Math.max(-1, ...parents) + 1);
        }
      }),
    );
  });

  test('[DEP-1] references that show null and references to itself do not order', () => {
    const levels = modelLevels(domainSpecs);
    expect(Object.fromEntries(levels)).toEqual({
      device: 0,
      hold: 0,
      place: 1,
      item: 2,
      content: 0,
      tag: 0,
      note: 3,
      mark: 4,
      pin: 3,
      label: 0,
      charm: 1,
      ticket: 3,
    });
  });

  test('[DEP-1] a declared dependency orders although no reference says so', () => {
    const levels = modelLevels([
      model('late', shared, [], { dependsOn: ['early' as ModelName] }),
      model('early', shared, []),
    ]);
    expect(levels.get('late' as ModelName)).toBe(1);
  });

  test('[DEP-1] a dependency that is not among the models stands at the bottom', () => {
    const levels = modelLevels([model('late', shared, [], { dependsOn: ['elsewhere' as ModelName] })]);
    expect(levels.get('late' as ModelName)).toBe(1);
  });

  test('[DEP-1] a cycle that nothing breaks is refused and named, also where its references are nullable', () => {
    const specs = [
      model('outside', shared, [reference('a', 'a', 'wait')]),
      model('a', shared, [reference('b', 'b', 'wait')]),
      model('b', shared, [reference('c', 'c', 'wait')]),
      model('c', shared, [reference('a', 'a', 'wait')]),
    ];
    expect(() => modelLevels(specs)).toThrow(
      expect.objectContaining({ code: 'invalid-model', message: expect.stringContaining('a → b → c → a') }),
    );
  });

  test('[DEP-1] one reference of a cycle that shows null breaks it', () => {
    const specs = [
      model('a', shared, [reference('b', 'b', 'wait')]),
      model('b', shared, [reference('a', 'a', 'null')]),
    ];
    expect(Object.fromEntries(modelLevels(specs))).toEqual({ a: 1, b: 0 });
  });
});
