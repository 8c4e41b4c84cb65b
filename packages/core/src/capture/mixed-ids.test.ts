import { expect, test } from 'vitest';
import { deviceId, model, text } from '../apply/testing/domain.ts';
import { libraryOf } from '../apply/testing/scene.ts';
import { lifeId, type RecordId, type ReplicaId } from '../ids.ts';
import { createRegistry } from '../model/registry.ts';
import { draftWrites } from './draft-writes.ts';

const label = model('label', { kind: 'shared' }, [text('name'), text('color')], { ids: 'mixed' });

/** The fields that making a record of that UUID writes. */
function written(id: string): string[] {
  const drafts = draftWrites(
    {
      registry: createRegistry([label]),
      reader: libraryOf([]),
      nulledFields: () => [],
      schemas: new Map(),
      device: deviceId(0),
      replica: lifeId<ReplicaId>(deviceId(0), '0'.repeat(16)),
      clock: { ms: 1_000, counter: 0 },
      wallMs: () => 2_000,
    },
    [
      {
        kind: 'put',
        ref: { model: label.name, id: id as RecordId },
        fields: new Map([['name', 'x']]),
        seen: null,
      },
    ],
  );
  return [...drafts.all()[0]!.stored.state.fields.keys()];
}

test('[MRG-6] where some records of a model are named by what they say, those alone write no defaults', () => {
  expect(written('00000000-0000-8000-8000-000000000001')).toEqual(['name']);
  expect(written('00000000-0000-7000-8000-000000000001')).toEqual(['color', 'name']);
});
