import { expect, test } from 'vitest';
import { listVolumes, volumeIdOf } from './volumes.ts';

const [one, other, device] = [1, 2, 3].map((number) => `0198c0de-0000-7000-8000-00000000000${number}`);
const uuidToBytes = (id: string) => Buffer.from(id.replaceAll('-', ''), 'hex');
const wire = (id: string, name: string, more: object = {}) => ({
  ...{ volumeId: uuidToBytes(id), name, holderId: uuidToBytes(device!), ownerEpoch: 2, totalCapacity: 10 },
  ...{ isMounted: false, mountPoint: '', availableSpace: 0, isMovable: false, ...more },
});
const mounted = { isMounted: true, mountPoint: '/media/stick', availableSpace: 5, isMovable: true };
const volumes = [
  wire(one!, 'stick', mounted),
  wire(other!, 'twice', { holderId: Buffer.alloc(0) }),
  wire(device!, 'twice'),
];
const asked = {
  libraryId: Buffer.alloc(16),
  gateway: {
    listVolumes: () => Promise.resolve({ volumes }),
    listRecords: () => Promise.resolve({ records: [], next: Buffer.alloc(0) }),
  },
} as unknown as Parameters<typeof listVolumes>[0];

test('volumes are listed with their holders, and what is known of those that are mounted here', async () => {
  const [stick, nobodys] = await listVolumes(asked);
  expect(stick).toMatchObject({
    id: one,
    holder: device,
    holderName: null,
    mountPoint: '/media/stick',
    availableSpace: 5,
  });
  expect(nobodys).toMatchObject({ holder: null, mountPoint: null, availableSpace: null, isMovable: null });
});

test('a volume is named by its UUID, its name, or where it is mounted; one of several has to be told by its UUID', async () => {
  for (const wanted of [one!, 'stick', '/media/stick']) {
    expect(await volumeIdOf(asked, wanted)).toEqual(uuidToBytes(one!));
  }
  await expect(volumeIdOf(asked, 'none')).rejects.toMatchObject({ code: 'not-found' });
  await expect(volumeIdOf(asked, 'twice')).rejects.toMatchObject({
    ...{ code: 'invalid-argument', message: expect.stringContaining(other!) },
  });
});
