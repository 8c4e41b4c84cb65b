import { describe, expect, test } from 'vitest';
import { model, reference, text } from '../apply/testing/domain.ts';
import { limits } from '../limits.ts';
import { createRegistry } from './registry.ts';
import type { ModelSpec, UniqueSpec } from './spec.ts';

const fields: ModelSpec['fields'] = [
  { ...text('kind'), oneOf: ['a', 'b'] },
  { ...text('json'), kind: 'json' },
  { ...text('flag'), kind: 'boolean' },
  { ...text('half'), kind: 'number' },
  { ...text('whole'), kind: 'integer' },
  text('name'),
  text('slug'),
  reference('to', 'unique', 'wait'),
];

function register(uniques: readonly UniqueSpec[], more: Partial<ModelSpec> = {}): void {
  createRegistry([model('unique', { kind: 'shared' }, fields, { uniques, ...more })]);
}

const by = (policy: UniqueSpec['policy'], ...names: string[]): UniqueSpec => ({ fields: names, policy });

describe('unique constraints', () => {
  test('[MRG-7] have a policy each, over fields that have exact values', () => {
    expect(() =>
      register([by('hold', 'to', 'slug'), by('rename', 'kind', 'name'), by('hold', 'whole')]),
    ).not.toThrow();
    expect(() => register([by('derived-id', 'slug')], { ids: 'derived' })).not.toThrow();
  });

  const refusals: [string, readonly UniqueSpec[], string][] = [
    ['no fields', [by('hold')], 'without fields'],
    ['an unknown field', [by('hold', 'nothing')], '"nothing", which is no synced field'],
    ['a field twice', [by('hold', 'name', 'name')], 'a field twice in "name,name"'],
    ['two policies for one', [by('hold', 'to', 'name'), by('rename', 'name', 'to')], 'two policies'],
    ['derived ids where ids are fresh', [by('derived-id', 'name')], '"name" through derived ids'],
    ['a number with a fraction', [by('hold', 'half')], '"half", which has no exact value'],
    ['JSON', [by('hold', 'json')], '"json", which has no exact value'],
    ['few values only', [by('hold', 'kind', 'flag')], '"kind,flag", where few values'],
    ['renaming what is no text', [by('rename', 'whole')], 'renames "whole", which is not free text'],
    ['renaming what is chosen from a list', [by('rename', 'name', 'kind')], 'renames "kind"'],
    [
      'renaming what another constraint judges',
      [by('rename', 'name'), by('hold', 'to', 'name')],
      'also unique by "to,name"',
    ],
    ['too many', Array.from({ length: limits.uniquesMax + 1 }, () => by('hold', 'name')), 'more than 16'],
  ];
  test.each(refusals)('[MRG-7] are refused with %s, naming model and fields', (_, uniques, message) => {
    expect(() => register(uniques)).toThrow(
      expect.objectContaining({
        code: 'invalid-model',
        message: expect.stringContaining(message),
        subject: { model: 'unique' },
      }),
    );
  });
});
