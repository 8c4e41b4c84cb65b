import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HomePlace, judgePlace } from './home-place.ts';
import { machineOf, macMachineId, windowsMachineId } from './machine.ts';

const place: HomePlace = { machine: 'm1', path: '/home/me/.shoal', folder: '1:10' };

describe('[REP-6] a home is', () => {
  test.each<[string, Partial<HomePlace>, ReturnType<typeof judgePlace>['kind']]>([
    ['where it was', {}, 'same'],
    ['the same where a backup was put back, or the disk was replaced', { folder: '2:77' }, 'same'],
    ['the same where the machine cannot be told', { machine: null, folder: '2:77' }, 'same'],
    ['renamed where the very folder has another name', { path: '/srv/shoal' }, 'renamed'],
    ['elsewhere where another folder has it', { path: '/srv/shoal', folder: '1:11' }, 'elsewhere'],
    ['elsewhere on another machine, by whatever path', { machine: 'm2' }, 'elsewhere'],
    [
      'elsewhere where neither machine nor folder are told from a copy',
      { machine: null, path: '/srv/shoal', folder: '1:11' },
      'elsewhere',
    ],
  ])('%s', (_, found, kind) => {
    expect(judgePlace(place, { ...place, ...found }).kind).toBe(kind);
  });

  test('where it is, when it remembers nothing', () => {
    expect(judgePlace(undefined, place)).toEqual({ kind: 'same' });
  });
});

test('[REP-6] what neither changes its path nor its machine never asks, whatever its file system numbers it', () => {
  const some = fc.record({
    machine: fc.constantFrom(null, 'm1'),
    path: fc.constant('/data'),
    folder: fc.string(),
  });
  fc.assert(fc.property(some, some, (remembered, found) => judgePlace(remembered, found).kind === 'same'));
});

describe('a machine', () => {
  test('is told by a hash that stays, or not at all', () => {
    const machine = machineOf();
    expect(machineOf()).toBe(machine);
    if (machine !== null) expect(machine).toMatch(/^[0-9a-f]{32}$/);
  });

  test('is named by what the systems of Apple and Microsoft say', () => {
    const uuid = '01234567-89AB-CDEF-0123-456789ABCDEF';
    expect(macMachineId(`  "IOPlatformUUID" = "${uuid}"\n  "model" = <"x">`)).toBe(uuid);
    expect(windowsMachineId(`\r\n    MachineGuid    REG_SZ    ${uuid}\r\n`)).toBe(uuid);
    expect([macMachineId('nothing'), windowsMachineId('nothing')]).toEqual([null, null]);
  });
});
