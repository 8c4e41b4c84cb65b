import { memoryNetwork } from '@shoal/bus';
import { emptyVersion, formatVersion, includes, type RecordId } from '@shoal/core';
import { freshRecordId } from '@shoal/library';
import { tempFolder, until } from '@shoal/testkit';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DeviceFile, joined, type MemoryDevice, memoryDevice } from './memory-device.ts';

/**
 * The hazard: a file of one device is put back from a copy, or is gone, while the other file and the other devices went
 * on. Then a number may be given twice, a cursor may pass over what takes the old place, and what only one file still
 * knew may never leave it (REP-6). The method: real files and the machines of all services in one process; whatever
 * any file knows after the last disaster must be on every device in the end.
 */
let devices: MemoryDevice[];
let close: () => Promise<void>;

beforeEach(async () => {
  const folders = await Promise.all([1, 2, 3].map(() => tempFolder('going-back')));
  const network = memoryNetwork();
  devices = folders.map(({ path }, at) => memoryDevice(network, path, at + 1));
  close = async () => {
    for (const device of devices) await device.stop().catch(() => undefined);
    for (const folder of folders) await folder.remove();
  };
});
afterEach(() => close());

const newTag = () => freshRecordId(Date.now());
const settled = (running: readonly MemoryDevice[], deadlineMs = 30_000) =>
  until(
    'the devices are quiet and equal',
    () => {
      if (!running.every((device) => device.isQuiet())) return undefined;
      // Versions too: what loses to a later write is not seen in a dump.
      const versions = running.map((device) =>
        [...device.known()].map(([, version]) => formatVersion(version)),
      );
      const dumps = running.map((device) => device.dump().join('\n'));
      const isEqual = [dumps, versions.map((all) => all.sort().join('\n'))].every(
        (texts) => new Set(texts).size === 1,
      );
      return isEqual ? dumps[0] : undefined;
    },
    { deadlineMs, pollMs: 20 },
  );

/** Two devices that agree on one tag, a copy of the file of the first, and then three more writes on it. */
async function copiedThenWritten(
  file: DeviceFile,
): Promise<{ tags: RecordId[]; a: MemoryDevice; b: MemoryDevice }> {
  const [a, b] = devices as [MemoryDevice, MemoryDevice];
  const tags = [newTag(), newTag()];
  await a.start();
  await b.start();
  await a.put(tags[0]!, { canonical_name: 'before' });
  await settled([a, b]);
  await a.stop();
  a.keep(file);
  await a.start();
  await a.put(tags[0]!, { color: 'red' });
  await a.put(tags[1]!, { canonical_name: 'after' });
  await settled([a, b]);
  return { tags, a, b };
}

describe('a file that went back', () => {
  test.each(['put back', 'removed'] as const)(
    '[REP-6] sync.db %s, and nobody else has it: the library gives its log again what it lacks',
    async (disaster) => {
      const { a, b, tags } = await copiedThenWritten('sync.db');
      const before = { logId: a.logId(), dump: a.dump() };
      await b.stop();
      // B loses everything: only A's library knows.
      for (const file of ['library.db', 'sync.db'] as const) b.remove(file);
      await a.stop();
      if (disaster === 'put back') a.putBack('sync.db');
      else a.remove('sync.db');
      await a.start();
      await b.start();
      await until('A has another log', () => a.logId() !== before.logId);
      await settled([a, b]);
      expect(a.dump()).toEqual(before.dump);
      expect(b.dump()).toEqual(before.dump);
      await a.put(tags[1]!, { color: 'blue' });
      expect(await settled([a, b])).toContain('blue');
    },
  );

  test('[REP-6] with a peer that has everything, a sync.db that was put back is filled by it, and nothing is there twice', async () => {
    const { a, b } = await copiedThenWritten('sync.db');
    const { entries, logId } = { entries: b.entries(), logId: a.logId() };
    await a.stop();
    a.putBack('sync.db');
    await a.start();
    await until('A has another log', () => a.logId() !== logId);
    await settled([a, b]);
    expect([a.entries(), b.entries()]).toEqual([entries, entries]);
  });

  test('[REP-6] library.db put back follows its log from where it stood, and a write on it claims nothing that it forgot', async () => {
    const { a, b, tags } = await copiedThenWritten('library.db');
    const { dump, version } = { dump: a.dump(), version: a.versionOf(tags[0]!) };
    await a.kill();
    a.putBack('library.db');
    await a.start();
    // At once: ingest may not have read anything yet.
    const forgotten = a.versionOf(tags[0]!);
    await a.put(tags[0]!, { icon: 'sun' });
    if (!includes(forgotten, version)) expect(includes(a.versionOf(tags[0]!), version)).toBe(false);
    await settled([a, b]);
    expect(includes(a.versionOf(tags[0]!), version)).toBe(true);
    expect(a.dump().join('\n')).toContain('sun');
    expect(a.dump().join('\n').replace('"icon":"sun"', '"icon":null')).toBe(dump.join('\n'));
  });

  test('[CHG-8] what was shipped before the copy was put back is shipped again and recognised', async () => {
    const [a, b] = devices as [MemoryDevice, MemoryDevice];
    const tag = newTag();
    await a.start();
    await b.start();
    await a.put(tag, { canonical_name: 'waits' });
    await a.kill();
    a.keep('library.db');
    await a.start();
    await settled([a, b]);
    const entries = a.entries();
    await a.stop();
    a.putBack('library.db');
    await a.start();
    await settled([a, b]);
    expect(a.entries()).toBe(entries);
  });

  test('[REP-6] library.db removed comes back from its log', async () => {
    const { a, b } = await copiedThenWritten('sync.db');
    const dump = a.dump();
    await a.stop();
    a.remove('library.db');
    await a.start();
    await settled([a, b]);
    expect(a.dump()).toEqual(dump);
  });

  test('[REP-6] both files put back, and what peers have of the forgotten life arrives without being written over', async () => {
    const { a, b, tags } = await copiedThenWritten('sync.db');
    const dump = a.dump();
    await a.stop();
    a.remove('library.db');
    a.putBack('sync.db');
    await a.start();
    await a.put(newTag(), { canonical_name: 'new' });
    await settled([a, b]);
    for (const line of dump) expect(a.dump()).toContain(line);
    expect(a.versionOf(tags[1]!)).toEqual(b.versionOf(tags[1]!));
  });
});

const which = fc.nat(2);
const file = fc.constantFrom<DeviceFile>('library.db', 'sync.db');
const steps = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('put' as const), at: which, tag: fc.nat(3), color: fc.nat(99) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('settle' as const), at: which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('keep' as const), at: which, file }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('put back' as const, 'put back' as const, 'remove' as const),
      at: which,
      file,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('cut' as const, 'heal' as const), at: which }),
  },
);

test('[REP-6] whatever goes back, in any order: nothing that a surviving file knew is lost, nothing is numbered twice', async () => {
  let histories = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 8, maxLength: 24 }), async (history) => {
      const folders = await Promise.all(devices.map(() => tempFolder('going-back')));
      const network = memoryNetwork();
      const world = folders.map(({ path }, at) => memoryDevice(network, path, at + 1));
      const tags = [0, 1, 2, 3].map(newTag);
      const placed = new Map<string, string>();
      const look = () => {
        for (const device of world) {
          for (const [place, sealed] of device.places()) {
            expect(placed.get(place) ?? sealed, `${place} was given twice`).toBe(sealed);
            placed.set(place, sealed);
          }
        }
      };
      for (const device of world) await device.start();
      let known = joined([]);
      for (const step of history) {
        const device = world[step.at]!;
        if (step.kind === 'put') {
          await device.put(tags[step.tag]!, { canonical_name: `tag ${step.tag}`, color: `${step.color}` });
        }
        if (step.kind === 'settle')
          await until('it is quiet', () => device.isQuiet(), { deadlineMs: 40_000 });
        if (step.kind === 'cut') device.cut();
        if (step.kind === 'heal') device.heal();
        if (step.kind === 'keep' || step.kind === 'put back' || step.kind === 'remove') {
          look();
          await device.kill();
          if (step.kind === 'keep') device.keep(step.file);
          if (step.kind === 'put back') device.putBack(step.file);
          if (step.kind === 'remove') device.remove(step.file);
          known = joined(world.map((one) => one.known()));
          await device.start();
        }
      }
      known = joined([known, ...world.map((one) => one.known())]);
      for (const device of world) device.heal();
      await settled(world, 60_000);
      look();
      for (const device of world) {
        for (const [tag, version] of known) {
          const here = device.versionOf(tag as RecordId) ?? emptyVersion;
          expect(includes(here, version), `${tag}: ${formatVersion(here)}`).toBe(true);
        }
        await device.stop();
      }
      for (const folder of folders) await folder.remove();
      histories += 1;
    }),
    { numRuns: 12, endOnFailure: true },
  );
  expect(histories).toBe(12);
}, 600_000);
