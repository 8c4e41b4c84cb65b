import { describe, expect, test } from 'vitest';
import { deviceId, model, recordRef, text } from '../apply/testing/domain.ts';
import type { HistoryEntry } from '../apply/testing/history.ts';
import { type At, inSchema, libraryOf, put } from '../apply/testing/scene.ts';
import { lifeId, type ModelName, type ReplicaId } from '../ids.ts';
import { createRegistry } from '../model/registry.ts';
import type { SchemaVersions } from '../model/schema-versions.ts';
import type { Value } from '../record/value.ts';
import { draftWrites } from './draft-writes.ts';

/** Of version 2: the first has no mood. Rows of one model are written whole, of the other by field. */
const ofTwo = { schemaVersion: 2 } as const;
const fields = [text('name'), { ...text('mood'), since: 2 }];
const registry = createRegistry([
  model('tag', { kind: 'shared' }, fields, ofTwo),
  model('label', { kind: 'shared' }, fields, { ...ofTwo, granularity: 'row' }),
]);
const older: SchemaVersions = new Map([
  ['tag' as ModelName, 1],
  ['label' as ModelName, 1],
]);
const early: At = { device: 1, ms: 1 };

function written(
  name: string,
  values: Readonly<Record<string, Value>>,
  { schemas = older, there = [] as readonly HistoryEntry[], kind = 'put' as 'put' | 'replace' } = {},
) {
  const ref = recordRef(name, 1);
  const scope = {
    registry,
    reader: libraryOf(there),
    nulledFields: () => [],
    schemas,
    device: deviceId(0),
    replica: lifeId<ReplicaId>(deviceId(0), '0'.repeat(16)),
    clock: { ms: 1_000, counter: 0 },
    wallMs: () => 2_000,
  };
  const drafts = draftWrites(scope, [{ kind, ref, fields: new Map(Object.entries(values)), seen: null }]);
  const stored = drafts.get(ref)?.stored;
  const names = [...(stored?.state.fields.keys() ?? [])];
  return (
    stored && { version: stored.schemaVersion, names: names.filter((each) => !each.startsWith('$')).sort() }
  );
}

describe.each(['tag', 'label'])(
  '[DEP-5] a write of a %s, of which not all members know the version',
  (name) => {
    const there = [inSchema(put(recordRef(name, 1), { name: 'there' }, early), 1)];

    test.each(['put', 'replace'] as const)(
      'by %s is of the version that all know, without later fields',
      (kind) => {
        const plain = { version: 1, names: ['name'] };
        expect(written(name, { name: 'new' }, { kind })).toEqual(plain);
        expect(written(name, { name: 'new' }, { kind, there })).toEqual(plain);
        // As somebody gives back what was shown.
        expect(written(name, { name: 'new', mood: null }, { kind, there })).toEqual(plain);
      },
    );

    test('is refused where it gives a later field a value, naming it', () => {
      const refused = { code: 'schema-not-agreed', subject: expect.objectContaining({ field: 'mood' }) };
      expect(() => written(name, { name: 'new', mood: 'glad' })).toThrow(expect.objectContaining(refused));
      expect(() => written(name, { mood: 'glad' }, { there })).toThrow(expect.objectContaining(refused));
    });

    test('changes nothing where it says what is shown', () => {
      expect(written(name, { name: 'there', mood: null }, { there })).toBeUndefined();
    });

    test('takes every field once all know it, or somebody who was allowed to has raised the record', () => {
      const whole = { version: 2, names: ['mood', 'name'] };
      expect(written(name, { name: 'new', mood: 'glad' }, { schemas: new Map() })).toEqual(whole);
      const raised = there.map((entry) => inSchema(entry, 2));
      expect(written(name, { mood: 'glad' }, { there: raised })).toEqual(whole);
    });
  },
);
