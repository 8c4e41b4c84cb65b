import { memoryNetwork, subjects } from '@shoal/bus';
import { LiveEntries, parsePositionedEntry } from '@shoal/proto';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { deviceA, deviceB, library, recordId } from '../testing/make-entry.ts';
import { openMemoryPeer } from '../testing/memory-peer.ts';

/**
 * The hazard: a change that others hear of and that its own device then does not have, or one that is committed and told
 * to nobody (S4-26). The method: at each message that is heard a second connection looks what sync.db holds, which sees
 * what is committed and nothing else; and a commit that the disk refuses.
 */
const within = { timeout: 15_000, interval: 5 };

function listening() {
  const network = memoryNetwork();
  const a = openMemoryPeer(network, deviceA);
  const file = new Database(a.path);
  onTestFinished(() => void file.close());
  const heard: { readonly record: string; readonly committed: number }[] = [];
  const { bus } = network.connect();
  onTestFinished(() => bus.close());
  bus.subscribe(subjects.shared.anyLive(library), ({ payload }) => {
    const committed = file.prepare<[], number>('select count(*) from entries').pluck().get() as number;
    for (const entry of LiveEntries.decode(payload).entries) {
      heard.push({ record: parsePositionedEntry(entry).header.recordId, committed });
    }
  });
  return { network, a, file, heard };
}

test('[S4-26] [REP-3] a change is told after its commit, never before', async () => {
  const { a, heard } = listening();
  for (let record = 1; record <= 20; record += 1) a.append({ record, at: record, domain: 'index' });
  await expect.poll(() => heard.length, within).toBe(20);
  expect(heard.map(({ record }) => record)).toEqual(Array.from({ length: 20 }, (_, at) => recordId(at + 1)));
  for (const [index, { committed }] of heard.entries()) expect(committed).toBeGreaterThan(index);
});

test('[S4-26] [REP-3] what could not be committed is told to nobody, and what is committed after it is', async () => {
  const { a, file, heard } = listening();
  a.append({ record: 1, at: 1, domain: 'index' });
  await expect.poll(() => heard.length, within).toBe(1);
  file.exec("create trigger refuse before insert on entries begin select raise(abort, 'no room'); end");
  expect(() => a.append({ record: 2, at: 2, domain: 'index' })).toThrow(
    expect.objectContaining({ code: 'storage-failed' }),
  );
  file.exec('drop trigger refuse');
  a.append({ record: 3, at: 3, domain: 'index' });
  await expect.poll(() => heard.length, within).toBe(2);
  expect(heard.map(({ record }) => record)).toEqual([recordId(1), recordId(3)]);
});

test('[S4-26] [REP-3] what is committed while nobody can be told is told when they can', async () => {
  const { network, a, heard } = listening();
  const b = openMemoryPeer(network, deviceB);
  a.append({ record: 1, at: 1, domain: 'index' });
  await expect.poll(() => b.status().entries, within).toBe(1);
  a.cut();
  a.append({ record: 2, at: 2, domain: 'index' });
  expect(heard.length).toBe(1);
  a.heal();
  await expect.poll(() => b.status().entries, within).toBe(2);
});
