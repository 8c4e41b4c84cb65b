import { type MemoryNetwork, memoryNetwork, rpcClient, subjects } from '@shoal/bus';
import { type DeviceId, limits, type RecordRef } from '@shoal/core';
import { LogStoreDefinition, recordNamesToWire, uuidToBytes } from '@shoal/proto';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { deviceA, deviceB, deviceC, library, makeEntry, recordId } from '../testing/make-entry.ts';
import { type MemoryPeer, openMemoryPeer } from '../testing/memory-peer.ts';
import { openTempLog } from '../testing/temp-log.ts';

const within = { timeout: 15_000, interval: 5 };
const refOf = (record: number) => ({ model: 'tag', id: recordId(record) }) as RecordRef;
const soonEqual = (a: MemoryPeer, b: MemoryPeer) =>
  expect.poll(() => b.contents(), within).toEqual(a.contents());
const soonHears = (peer: MemoryPeer, count: number) =>
  expect.poll(() => peer.status().peers.length, within).toBe(count);
/** First waits are none, so that searches begin at once. */
const openPeer = (network: MemoryNetwork, device: DeviceId) => openMemoryPeer(network, device, () => 0);

/** A log that claims what it has not: what a disk does, or a program that compacts wrongly. */
async function lose(peer: MemoryPeer, record: number): Promise<void> {
  await peer.stop();
  const db = new Database(peer.path);
  db.prepare('delete from entries where record_id = ?').run(uuidToBytes(recordId(record)));
  db.close();
  await peer.restart();
}

async function openThree() {
  const network = memoryNetwork();
  const [a, b, c] = [openPeer(network, deviceA), openPeer(network, deviceB), openPeer(network, deviceC)];
  a.append({ record: 1, at: 1 }, { record: 2, at: 2 });
  a.append({ record: 3, at: 3 });
  await soonEqual(a, b);
  await soonEqual(a, c);
  await lose(c, 2);
  expect(c.contents()).toHaveLength(2);
  await soonHears(c, 2);
  return { network, a, b, c };
}

describe('ask-peers', () => {
  it('[DEP-4] [S4-11] what a log lost though it claims it comes from the device that the reference came from', async () => {
    const { a, b, c } = await openThree();
    b.cut();
    const { have } = c.status();
    c.want({ ref: refOf(2), origin: deviceA });
    await soonEqual(a, c);
    expect(c.status().have).toEqual(have);
  });

  it('[DEP-4] [S4-11] and from another one, when that one is gone', async () => {
    const { a, b, c } = await openThree();
    a.cut();
    c.want({ ref: refOf(2), origin: deviceA });
    await soonEqual(b, c);
  });

  it('[DEP-4] what nobody has is asked for in vain, and told so; what is wanted no longer is not asked for', async () => {
    const { c } = await openThree();
    const wanted = { ref: refOf(9), origin: deviceA };
    await expect.poll(() => c.want(wanted), within).toBe(1);
    expect(c.want()).toBe(0);
  });

  it('[DEP-4] [LOG-2] what comes ahead of a hole is read at once, and nothing is claimed for it', () => {
    const from = openTempLog(undefined, deviceB);
    const entries = from.append(
      [1, 2, 3].map((record) => makeEntry({ record, at: record, device: deviceB })),
    );
    const to = openTempLog();
    expect(to.storeAsked(entries.slice(2))).toBe(1);
    expect(to.have.size).toBe(0);
    expect(to.readableSeq).toBe(to.headSeq);
    expect(to.storeAsked(entries.slice(2))).toBe(0);
    expect(to.store(entries.slice(0, 2))).toBe(2);
    expect(to.have).toEqual(from.have);
    expect(to.readableSeq).toBe(3);
    // Once more at a position that is claimed and there: once is enough (LOG-1).
    expect(to.storeAsked(entries)).toBe(0);
  });

  it('[DEP-4] an answer goes no further than a message; what found no room is asked for again', async () => {
    const network = memoryNetwork();
    const a = openPeer(network, deviceA);
    const payloadBytes = limits.payloadBytesMax / 2;
    for (let record = 1; record <= 8; record += 1) a.append({ record, at: record, payloadBytes });
    const c = openPeer(network, deviceC);
    await soonEqual(a, c);
    await c.stop();
    const db = new Database(c.path);
    db.exec('delete from entries');
    db.close();
    await c.restart();
    await soonHears(c, 1);
    c.want(...[1, 2, 3, 4, 5, 6, 7, 8].map((record) => ({ ref: refOf(record), origin: deviceA })));
    await soonEqual(a, c);
  });

  it('[SEC-5] who asks for too much, or for another library, is refused by the field', async () => {
    const network = memoryNetwork();
    openPeer(network, deviceA);
    const prefix = subjects.shared.rpc(library, deviceA);
    const client = rpcClient(network.connect().bus, prefix, LogStoreDefinition, { timeoutMs: 5_000 });
    const records = recordNamesToWire(new Array(limits.askRecordsMax + 1).fill(refOf(1)));
    const libraryId = uuidToBytes(library);
    await expect(client.fetch({ libraryId, records })).rejects.toMatchObject({
      code: 'malformed-message',
      subject: { field: 'records' },
    });
    const other = { libraryId: uuidToBytes(deviceA), records: [] };
    await expect(client.fetch(other)).rejects.toMatchObject({
      code: 'invalid-argument',
      subject: { field: 'library_id' },
    });
  });
});
