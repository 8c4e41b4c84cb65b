import { describe, expect, it } from 'vitest';
import { ShoalError } from '../errors/shoal-error.ts';
import { limits } from '../limits.ts';
import { mayPass, quarantineRestMs } from './quarantine.ts';

const reasons: [string, ShoalError, boolean][] = [
  ['a key that is not here yet', new ShoalError('unsealing-failed', '', { field: 'key_id' }), true],
  ['a payload that does not open', new ShoalError('unsealing-failed', '', { field: 'sealed' }), false],
  ['storage', new ShoalError('storage-failed', ''), true],
  ['what failed for no reason of its own', new ShoalError('internal', ''), true],
  ['a value that breaks its model', new ShoalError('invalid-argument', '', { field: 'name' }), false],
  ['another library', new ShoalError('malformed-message', '', { field: 'library_id' }), false],
];

describe('why an entry lies in quarantine', () => {
  it.each(reasons)('[ING-3] %s: whether that may pass by itself', (_, error, may) => {
    expect(mayPass(error)).toBe(may);
  });

  it('[ING-3] tried again it rests twice as long each time, up to a bound', () => {
    const { quarantineRestBaseMs: baseMs, quarantineRestCapMs: capMs } = limits;
    expect([1, 2, 3].map(quarantineRestMs)).toEqual([baseMs, 2 * baseMs, 4 * baseMs]);
    expect(quarantineRestMs(1_000_000)).toBe(capMs);
  });
});
