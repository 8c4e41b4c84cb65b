import { expect, expectTypeOf, test } from 'vitest';
import * as embed from './index.ts';

test('[S2-09] an application is given one door: what captures, stamps and writes the outbox is behind it', () => {
  expect(Object.keys(embed).sort()).toEqual(['freshRecordId', 'openShoal']);
  type Below = Extract<
    keyof embed.EmbeddedLibrary,
    'captureHere' | 'context' | 'store' | 'write' | 'transaction' | 'apply'
  >;
  expectTypeOf<Below>().toBeNever();
});
