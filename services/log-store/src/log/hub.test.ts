import { type Ack, type ModelName, vectorAt } from '@shoal/core';
import { recordNamesToWire, uuidToBytes } from '@shoal/proto';
import { describe, expect, it } from 'vitest';
import { heardBeat, heartbeatOf } from '../replicate/heartbeat.ts';
import { fetchRecords } from '../serve/fetch-records.ts';
import {
  appendChange,
  compactAll,
  heldEntries,
  ingestPage,
  openWorldDevices,
  pullOnePage,
  stateOf,
  type WorldDevice,
} from '../testing/log-world.ts';
import { library, recordId } from '../testing/make-entry.ts';
import { openTempLog } from '../testing/temp-log.ts';

const pullAll = async (to: WorldDevice, from: WorldDevice) => {
  while (!(await pullOnePage(to, from, 1_000)));
};
const seqsOf = (at: WorldDevice) => heldEntries(at).map(({ seq }) => seq);
const change = (at: WorldDevice, ms: number) => appendChange(at, { record: 1, ms, hasSeen: true });
/** Two members, and a hub between them which has no ingest. */
const openFleet = () => {
  const [a, b, hub] = openWorldDevices(3) as [WorldDevice, WorldDevice, WorldDevice];
  hub.log.close();
  hub.log = openTempLog(hub.path, hub.device, 'hub');
  return { a, b, hub };
};
/** The hub hears a member's heartbeat. */
const beat = (from: WorldDevice, hub: WorldDevice): Ack | null => {
  const { device, log } = from;
  const { ack } = heardBeat(device, heartbeatOf(log, { device, wallMs: 0, isReplyWanted: false }))!;
  if (ack !== null) hub.log.hearAck(ack);
  return ack;
};

describe('hub', () => {
  it('[LOG-3] keeps what is superseded until a member other than its author has applied what supersedes it', async () => {
    const { a, b, hub } = openFleet();
    change(a, 1);
    change(a, 2);
    await pullAll(hub, a);
    expect(compactAll(hub)).toBe(0);
    ingestPage(a, 1_000);
    beat(a, hub);
    expect(compactAll(hub)).toBe(0);
    await pullAll(b, hub);
    beat(b, hub);
    expect(compactAll(hub)).toBe(0);
    ingestPage(b, 1_000);
    beat(b, hub);
    expect(compactAll(hub)).toBe(1);
    expect(seqsOf(hub)).toEqual([2]);
  });

  it('[LOG-3] what a member passed over lets nothing go, and once it has applied it, it does', async () => {
    const { a, b, hub } = openFleet();
    change(a, 1);
    change(a, 2);
    await pullAll(hub, a);
    await pullAll(b, hub);
    ingestPage(b, 1_000, (version) => version.includes('0000000000020000'));
    const told = beat(b, hub);
    expect(told?.exceptions).toEqual([{ stream: a.log.life, originSeq: 2 }]);
    expect(compactAll(hub)).toBe(0);
    b.exceptions = [];
    ingestPage(b, 1_000);
    expect(beat(b, hub)?.exceptions).toEqual([]);
    expect(compactAll(hub)).toBe(1);
  });

  it('[DEP-4] [LOG-3] who asks for a record by name gets all of it from who does not know that its last entry opens', async () => {
    const { a, b, hub } = openFleet();
    change(a, 1);
    change(a, 2);
    await pullAll(hub, a);
    await pullAll(b, a);
    const records = recordNamesToWire([{ model: 'tag' as ModelName, id: recordId(1) }]);
    const given = (at: WorldDevice) =>
      fetchRecords(at.log, { libraryId: uuidToBytes(library), records }).entries.length;
    expect([given(hub), given(b)]).toEqual([2, 2]);
    ingestPage(b, 1_000);
    expect([given(hub), given(b)]).toEqual([2, 1]);
  });

  it('[LOG-3] what came before the hub had it, or is kept over a restart, counts too', async () => {
    const { a, b, hub } = openFleet();
    change(a, 1);
    await pullAll(hub, a);
    change(a, 2);
    await pullAll(b, a);
    ingestPage(b, 1_000);
    beat(b, hub);
    hub.log.close();
    hub.log = openTempLog(hub.path, hub.device, 'hub');
    expect(compactAll(hub)).toBe(0);
    await pullAll(hub, a);
    expect(compactAll(hub)).toBe(1);
    expect(stateOf(hub)).toEqual(stateOf(b));
  });

  it('[LOG-3] an ack that passes over what the hub does not have is of no use before it has that', async () => {
    const { a, b, hub } = openFleet();
    change(a, 1);
    change(a, 2);
    await pullAll(hub, a);
    change(a, 3);
    await pullAll(b, a);
    ingestPage(b, 1_000, (version) => version.includes('0000000000030000'));
    beat(b, hub);
    expect(compactAll(hub)).toBe(0);
    await pullAll(hub, a);
    beat(b, hub);
    // The second is included in the third, which B could not apply: it may have met that alone.
    expect(compactAll(hub)).toBe(0);
    expect(seqsOf(hub)).toEqual([1, 2, 3]);
  });

  it('[TOP-4] gives a member what another has, and what it lost of it after it let something go', async () => {
    const { a, b, hub } = openFleet();
    change(a, 1);
    change(a, 2);
    await pullAll(hub, a);
    await pullAll(b, hub);
    ingestPage(b, 1_000);
    beat(b, hub);
    compactAll(hub);
    hub.log.setAside(seqsOf(hub));
    // The first of the two it had let go of for the second, which it lost: it asks for both.
    expect([vectorAt(hub.log.have, a.log.life), hub.log.holes]).toEqual([0, 1]);
    await pullAll(hub, b);
    expect(hub.log.have).toEqual(b.log.have);
    expect(stateOf(hub)).toEqual(stateOf(b));
  });

  it('[TOP-5] nobody says for another what that has applied', async () => {
    const { a, b } = openFleet();
    change(a, 1);
    ingestPage(a, 1_000);
    const forged = heartbeatOf(a.log, { device: a.device, wallMs: 0, isReplyWanted: false });
    expect(heardBeat(a.device, forged)?.ack?.device).toBe(a.device);
    expect(heardBeat(b.device, forged)).toBeNull();
    expect(heardBeat(b.device, { ...forged, deviceId: uuidToBytes(b.device) })?.ack).toBeNull();
  });
});
