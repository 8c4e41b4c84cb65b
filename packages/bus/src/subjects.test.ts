import type { DeviceId, LibraryId } from '@shoal/core';
import { expect, test } from 'vitest';
import { allOfLibrary, deviceOfSubject, localSubjects, matchesSubject, subjects } from './subjects.ts';

const device = '0190a7c0-0000-7000-8000-000000000001' as DeviceId;
const library = '0190a7c0-0000-7000-8000-00000000000a' as LibraryId;

test("[SEC-2] every subject and inbox between a device's own services falls under what leaf links deny", () => {
  const all = Object.values(subjects.local).map((make) => make(device, 'capture'));
  for (const subject of all) expect(matchesSubject(localSubjects, `${subject}.x`)).toBe(true);
});

test('[SEC-2] no subject between devices falls under it, and what a device says carries its id', () => {
  const own = [
    subjects.shared.rpc(library, device),
    subjects.shared.live(library, device),
    subjects.shared.heartbeat(library, device),
  ];
  for (const subject of own) expect(matchesSubject(allOfLibrary(library), subject)).toBe(true);
  for (const subject of [...own, subjects.shared.inboxPrefix(device)]) {
    expect(matchesSubject(localSubjects, subject)).toBe(false);
    expect(subject.split('.')).toContain(device);
  }
});

test('the device that says something is read from its subject', () => {
  expect(deviceOfSubject(subjects.shared.live(library, device))).toBe(device);
  expect(matchesSubject(subjects.shared.anyLive(library), subjects.shared.live(library, device))).toBe(true);
  expect(matchesSubject(subjects.shared.anyHeartbeat(library), subjects.shared.live(library, device))).toBe(
    false,
  );
});
