import { describe, expect, test } from 'vitest';
import { domain, domainSpecs, model, reference, text } from '../apply/testing/domain.ts';
import type { ModelName } from '../ids.ts';
import { limits } from '../limits.ts';
import { createRegistry } from './registry.ts';
import { fieldOf, type ModelSpec, referencesOf } from './spec.ts';

const shared = { kind: 'shared' } as const;
const fine = model('fine', shared, [text('name')]);
const long = 'x'.repeat(limits.nameLengthMax + 1);

function many(count: number): ModelSpec['fields'] {
  return Array.from({ length: count }, (_, index) => text(`f${index}`));
}

function unordered(): ModelSpec {
  return { ...model('bad', shared, []), fields: [text('b'), text('a')] };
}

describe('a registry', () => {
  test('[DEP-1] lists parents before children, then lower priority, then by name', () => {
    expect(domain.specs.map(({ name }) => name)).toEqual([
      'content',
      'device',
      'hold',
      'label',
      'tag',
      'charm',
      'place',
      'item',
      'note',
      'pin',
      'ticket',
      'mark',
    ]);
    const urgent = model('urgent', shared, [], { priority: 0 });
    expect(createRegistry([...domainSpecs, urgent]).specs[0]).toBe(urgent);
    expect(domain.level('mark' as ModelName)).toBe(4);
    expect(domain.level('unheard_of' as ModelName)).toBe(0);
  });

  test('finds models and fields by name, and says which there are', () => {
    expect(domain.get('tag')).toBe(domain.require('tag'));
    expect(domain.get('unheard_of')).toBeUndefined();
    expect(() => domain.require('unheard_of')).toThrow(
      expect.objectContaining({
        code: 'unknown-model',
        message: expect.stringContaining('device, place, item'),
      }),
    );
    const item = domain.require('item');
    expect(fieldOf(item, 'name')?.kind).toBe('text');
    expect(fieldOf(item, 'nothing')).toBeUndefined();
    expect(referencesOf(item).map(({ name }) => name)).toEqual(['content', 'parent', 'place']);
  });

  const refusals: [string, ModelSpec, string][] = [
    ['two of one name', model('fine', shared, []), 'declared twice'],
    ['a malformed name', model('Bad', shared, []), 'malformed name'],
    ['a name that is too long', model(long, shared, []), 'malformed name'],
    ['too many fields', model('bad', shared, many(limits.fieldsMax + 1)), 'more than 128 fields'],
    ['a malformed field', model('bad', shared, [text('no-dash')]), 'malformed name "no-dash"'],
    ['two fields of one name', model('bad', shared, [text('a'), text('a')]), 'two fields'],
    ['fields out of order', unordered(), 'out of order'],
    ['a priority out of bounds', model('bad', shared, [], { priority: 256 }), 'priority'],
    ['a negative priority', model('bad', shared, [], { priority: -1 }), 'priority'],
    ['a broken priority', model('bad', shared, [], { priority: 1.5 }), 'priority'],
    [
      '[MRG-4] edits that win by field',
      model('bad', shared, [], { deletes: 'edit-wins' }),
      'row granularity',
    ],
    ['[LOG-3] a history in the index', model('bad', shared, [], { strategy: 'log' }), 'log-based'],
    [
      'a reference to nothing',
      model('bad', shared, [reference('to', 'nothing', 'wait')]),
      'unsynced "nothing"',
    ],
    [
      'a dependency on nothing',
      model('bad', shared, [], { dependsOn: ['nothing' as ModelName] }),
      'unsynced',
    ],
    [
      '[DEP-2] null where null is not allowed',
      model('bad', shared, [reference('to', 'fine', 'null', false)]),
      'not nullable',
    ],
    [
      '[DEP-2] two ways to wait for itself',
      model('bad', shared, [reference('a', 'bad', 'wait'), reference('b', 'bad', 'wait')]),
      '"a" and "b"',
    ],
    [
      '[DEP-1] a self-reference that cannot be cut',
      model('bad', shared, [reference('a', 'bad', 'wait', false)]),
      'must be nullable',
    ],
    ['a scope that is no reference', model('bad', shared, [text('a')], { scope: 'a' }), 'names "a"'],
    [
      '[MRG-5] an owner that is no reference',
      model('bad', { kind: 'device', field: 'a' }, [text('a')]),
      'names "a"',
    ],
    [
      '[MRG-5] an owner that may be missing',
      model('bad', { kind: 'through', field: 'a' }, [reference('a', 'fine', 'null')]),
      'does not wait',
    ],
    [
      '[MRG-5] an owner that may be missing where another leads to none',
      model('bad', { kind: 'through', field: 'a', otherwise: 'b' }, [
        reference('a', 'fine', 'wait'),
        reference('b', 'fine', 'null'),
      ]),
      'does not wait',
    ],
    ['[MRG-5] claims in no set', model('bad', { kind: 'claims', field: 'a' }, [text('a')]), 'no union set'],
    ['[MRG-5] claims nowhere', model('bad', { kind: 'claims', field: 'b' }, [text('a')]), 'no union set'],
    [
      '[MRG-5] an owner through itself',
      model('bad', { kind: 'through', field: 'a' }, [reference('a', 'bad', 'wait')]),
      'through itself',
    ],
  ];
  test.each(refusals)('refuses %s, naming the model', (_, spec, message) => {
    expect(() => createRegistry([fine, spec])).toThrow(
      expect.objectContaining({
        code: 'invalid-model',
        message: expect.stringContaining(message),
        subject: { model: spec.name },
      }),
    );
  });

  test('[DEP-1] orders a model after those that it declares to depend on', () => {
    const after = model('after', shared, [], { dependsOn: [fine.name] });
    expect(createRegistry([after, fine]).specs).toEqual([fine, after]);
  });

  test('takes a scope that is a reference', () => {
    const scoped = model('scoped', shared, [reference('to', 'fine', 'wait')], { scope: 'to' });
    expect(createRegistry([scoped, fine]).specs).toEqual([fine, scoped]);
  });
});
