import { describe, expect, test } from 'vitest';
import { tagsNamed } from './tags.ts';

const tag = (id: string, canonical_name: string, namespace: string | null) =>
  ({ model: 'tag', id, version: '', fields: { canonical_name, namespace } }) as never;
const tags = [tag('1', 'Phoenix', 'city'), tag('2', 'Phoenix', 'bird'), tag('3', 'Rome', 'city')];
const ids = (found: readonly { readonly id: string }[]) => found.map(({ id }) => id).join('');

describe('tags looked for by name', () => {
  test('[S3-09] are one where the namespace is given, and all of that name where it is not', () => {
    expect(ids(tagsNamed(tags, { name: 'Phoenix', namespace: 'bird' }))).toBe('2');
    expect(ids(tagsNamed(tags, { name: 'Phoenix' }))).toBe('12');
  });

  test('[S3-09] may be looked for by their namespace alone; by nothing, they are all', () => {
    expect(ids(tagsNamed(tags, { namespace: 'city' }))).toBe('13');
    expect(ids(tagsNamed(tags, {}))).toBe('123');
    expect(ids(tagsNamed(tags, { name: 'phoenix' }))).toBe('');
  });
});
