import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileCacheBeside } from './compile-cache.ts';

test.each([
  ['a checkout', join('/home/me/shoal/packages/core/src'), '/home/me/shoal'],
  ['a package that was installed', join('/home/me/app/node_modules/@shoal/core/src'), '/home/me/app'],
  ['one that another brought', join('/a/node_modules/b/node_modules/@shoal/core/src'), '/a/node_modules/b'],
])('what Node compiled of %s is kept in the node_modules beside it', (_, source, root) => {
  expect(compileCacheBeside(source)).toBe(join(root, 'node_modules/.cache/shoal-compile'));
});
