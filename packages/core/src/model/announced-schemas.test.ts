import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ModelName } from '../ids.ts';
import { limits } from '../limits.ts';
import { formatSchemas, parseSchemas } from './announced-schemas.ts';

const versions = fc
  .array(fc.tuple(fc.stringMatching(/^[a-z][a-z_]*$/), fc.integer({ min: 1 })))
  .map((entries) => new Map(entries as [ModelName, number][]));

describe('[DEP-5] what a member announces', () => {
  test('is read as it was meant, and is one text in whatever order it was put together', () => {
    fc.assert(
      fc.property(versions, (schemas) => {
        expect(parseSchemas(formatSchemas(schemas))).toEqual(schemas);
        expect(formatSchemas(new Map([...schemas].reverse()))).toBe(formatSchemas(schemas));
      }),
    );
  });

  test('[SEC-5] is left out where it is no version of a model, and never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseSchemas(text)));
    expect(parseSchemas('{"tag":2,"a":0,"b":1.5,"c":"2","d":null,"e":{}}')).toEqual(new Map([['tag', 2]]));
    for (const text of ['', '{', 'null', '7', '[]']) expect(parseSchemas(text)).toEqual(new Map());
  });

  test('[SEC-5] is bounded', () => {
    const many = Array.from({ length: limits.announcedModelsMax + 1 }, (_, at) => [`m${at}`, 1] as const);
    expect(parseSchemas(JSON.stringify(Object.fromEntries(many)))).toEqual(new Map());
    expect(parseSchemas(JSON.stringify(Object.fromEntries(many.slice(1)))).size).toBe(
      limits.announcedModelsMax,
    );
  });
});
