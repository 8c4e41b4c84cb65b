import { afterEach, beforeEach, expect, test } from 'vitest';
import { announceDevice } from './device-record.ts';
import { openTwoDevices, type TwoDevices } from './testing/two-devices.ts';

let devices: TwoDevices;

beforeEach(async () => {
  devices = await openTwoDevices();
});
afterEach(() => devices[Symbol.dispose]());

test('[S3-16] a device announces its own record when it joins and when it changes, and otherwise says nothing', async () => {
  const { a, b } = devices;
  await announceDevice(a.library, 'Desk', '1.0.0');
  expect(await devices.ship()).toEqual(['device']);
  expect(b.records('device')).toMatchObject([{ name: 'Desk', slug: 'desk', app_version: '1.0.0' }]);
  await announceDevice(a.library, 'Desk', '1.0.0');
  expect(await devices.ship()).toEqual([]);
  await announceDevice(a.library, 'Desk', '1.1.0');
  expect(await devices.ship()).toEqual(['device']);
  expect(b.records('device')).toMatchObject([{ name: 'Desk', app_version: '1.1.0' }]);
});
