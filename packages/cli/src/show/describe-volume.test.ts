import { expect, test } from 'vitest';
import type { ListedVolume } from '../ask/volumes.ts';
import { describeVolume } from './describe-volume.ts';

const volume: ListedVolume = {
  ...{ id: 'v', name: 'stick', holder: 'd', holderName: 'laptop', ownerEpoch: 2 },
  ...{ totalCapacity: 64_000_000_000, mountPoint: '/media/stick', availableSpace: 1, isMovable: true },
};

test('a volume is one line: who holds it, how large it is, and where it is mounted here', () => {
  expect(describeVolume(volume)).toBe('v  stick  held by laptop  64.0 GB  mounted at /media/stick');
  expect(describeVolume({ ...volume, holderName: null, mountPoint: null })).toBe(
    'v  stick  held by d  64.0 GB  not mounted here',
  );
  expect(describeVolume({ ...volume, holder: null })).toContain('held by nobody');
});
