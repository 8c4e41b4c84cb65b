import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { model, text } from '../apply/testing/domain.ts';
import type { ModelName } from '../ids.ts';
import { createRegistry } from './registry.ts';
import {
  fieldsSince,
  knownSchemas,
  type SchemaVersions,
  schemasToWrite,
  schemaToWrite,
} from './schema-versions.ts';

const names = ['tag', 'label', 'charm'] as ModelName[];
const versions: fc.Arbitrary<SchemaVersions> = fc
  .dictionary(fc.constantFrom(...names), fc.integer({ min: 1, max: 5 }))
  .map((byName) => new Map(Object.entries(byName) as [ModelName, number][]));
const of = (byName: Record<string, number>): SchemaVersions =>
  new Map(Object.entries(byName) as [ModelName, number][]);

describe('[DEP-5] what is written', () => {
  test('is known to the writer and to each member that knows the model, unless an admin raised it, and no lower than that', () => {
    fc.assert(
      fc.property(versions, fc.array(versions), versions, (own, members, raised) => {
        const written = schemasToWrite(own, members, raised);
        expect([...written.keys()]).toEqual([...own.keys()]);
        for (const [name, version] of written) {
          const known = [own, ...members].flatMap((each) => each.get(name) ?? []);
          expect(version).toBeLessThanOrEqual(own.get(name)!);
          if (!raised.has(name)) expect(version).toBe(Math.min(...known));
          else
            expect(version).toBe(Math.min(own.get(name)!, Math.max(raised.get(name)!, Math.min(...known))));
        }
      }),
    );
  });

  test('never sinks as a member learns more, and never rises as one joins', () => {
    fc.assert(
      fc.property(versions, fc.array(versions), versions, (own, members, other) => {
        const [before, after] = [schemasToWrite(own, members), schemasToWrite(own, [...members, other])];
        for (const [name, version] of after) expect(version).toBeLessThanOrEqual(before.get(name)!);
        const upgraded = new Map([...other].map(([name, version]) => [name, version + 1]));
        const later = schemasToWrite(own, [...members, upgraded]);
        for (const [name, version] of later) expect(version).toBeGreaterThanOrEqual(after.get(name)!);
      }),
    );
  });

  test('is what all know: one that lacks the model holds back nothing of it', () => {
    const own = of({ tag: 3, label: 2 });
    expect(schemasToWrite(own, [])).toEqual(own);
    expect(schemasToWrite(own, [of({ tag: 2 }), of({ label: 2 })])).toEqual(of({ tag: 2, label: 2 }));
    expect(schemasToWrite(own, [of({ tag: 1 })], of({ tag: 2 }))).toEqual(of({ tag: 2, label: 2 }));
    expect(schemasToWrite(own, [of({ tag: 1 })], of({ tag: 9 }))).toEqual(of({ tag: 3, label: 2 }));
  });
});

describe('[DEP-5] a model of a later version', () => {
  const tag = model('tag', { kind: 'shared' }, [text('name'), { ...text('mood'), since: 2 }], {
    schemaVersion: 3,
  });

  test('is announced with the greatest version that is known', () => {
    expect(knownSchemas(createRegistry([tag]))).toEqual(of({ tag: 3 }));
  });

  test('is written as agreed, or as it is known where nothing is agreed', () => {
    expect(schemaToWrite(tag, of({ tag: 1 }))).toBe(1);
    expect(schemaToWrite(tag, of({}))).toBe(3);
  });

  test('names the fields that an older one does not have', () => {
    const namesSince = (version: number) => fieldsSince(tag, version).map(({ name }) => name);
    expect([1, 2, 3].map(namesSince)).toEqual([['mood'], [], []]);
  });

  test.each([
    ['since no version', { ...text('mood'), since: 1 }],
    ['since a version that is none', { ...text('mood'), since: 1.5 }],
    ['since one that is still to come', { ...text('mood'), since: 4 }],
    ['that is required', { ...text('mood'), since: 2, required: true }],
    ['that may not be null', { ...domainReference(), since: 2, nullable: false }],
  ])('is refused with a field %s', (_, field) => {
    const wrong = { ...tag, fields: [field] };
    expect(() => createRegistry([wrong])).toThrow(expect.objectContaining({ code: 'invalid-model' }));
  });
});

function domainReference() {
  return {
    kind: 'reference',
    name: 'mood',
    target: 'tag' as ModelName,
    nullable: true,
    missing: 'wait',
    default: null,
  } as const;
}
