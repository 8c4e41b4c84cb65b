import {
  dotDevice,
  formatVersion,
  includes,
  type LogId,
  noWholeLog,
  planAppend,
  type RecordRef,
  type StreamId,
} from '@shoal/core';
import { openPayload } from '@shoal/library';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { models } from './registry.ts';
import { newId, type ShippedEntry, ship, type TestDevice, testDevice } from './testing/library-on-disk.ts';

let a: TestDevice;
let b: TestDevice;
let fresh: TestDevice;

beforeEach(async () => {
  [a, b, fresh] = [await testDevice(1), await testDevice(2), await testDevice(3)];
  await ship(a, [b]);
  await ship(b, [a]);
  await fresh.drain();
});
afterEach(() => {
  for (const device of [a, b, fresh]) device.close();
});

const allRecords = (device: TestDevice, limit = 100): ShippedEntry[] => {
  const entries: ShippedEntry[] = [];
  let after: RecordRef | null = null;
  do {
    const page = device.library.readRecords(after, limit);
    entries.push(...page.entries);
    after = page.last;
  } while (after !== null);
  return entries;
};
const ofRecord = (entries: readonly ShippedEntry[], id: string) =>
  entries.filter(({ header }) => header.recordId === id);

describe('records for a log that lacks them', () => {
  it('[REP-6] another device that takes them has the same data, tombstones and concurrent writes included', async () => {
    const [tag, gone, both] = [newId(), newId(), newId()];
    await a.put('tag', tag, { canonical_name: 'kept' });
    await a.put('tag', gone, { canonical_name: 'gone' });
    await a.put('tag', both, { canonical_name: 'both' });
    await ship(a, [b]);
    await b.put('tag', both, { color: '#222' });
    await a.put('tag', both, { color: '#111' });
    await a.remove('tag', gone);
    await ship(b, [a]);
    await a.drain();
    await fresh.apply(allRecords(a));
    expect(fresh.dump().filter((line) => line.includes('"tag"'))).toEqual(
      a.dump().filter((line) => line.includes('"tag"')),
    );
    expect(fresh.state('tag', gone).deletes).toEqual(a.state('tag', gone).deletes);
    expect(fresh.state('tag', both)).toEqual(a.state('tag', both));
  });

  it('[REP-6] what another device wrote carries its dot and its name, and claims no more than is known', async () => {
    const tag = newId();
    await b.put('tag', tag, { canonical_name: 'from B' });
    await ship(b, [a]);
    const [entry, ...others] = ofRecord(allRecords(a), tag);
    expect(others).toEqual([]);
    const { header } = entry!;
    expect([header.origin, dotDevice(header.dot)]).toEqual([b.id, b.id]);
    expect(formatVersion(header.version)).toBe(a.version('tag', tag));
    expect(
      openPayload(a.options.ring, header.keyId, entry!.headerBytes, entry!.sealed).length,
    ).toBeGreaterThan(0);
  });

  it('[CHG-8] operations that wait in the outbox come before the state that includes them', async () => {
    const tag = newId();
    await a.put('tag', tag, { canonical_name: 'one' });
    await a.put('tag', tag, { canonical_name: 'two' });
    const versions = ofRecord(allRecords(a), tag).map(({ header }) => header.version);
    expect(versions.length).toBe(3);
    expect(includes(versions[1]!, versions[0]!)).toBe(true);
    expect(formatVersion(versions[2]!)).toBe(formatVersion(versions[1]!));
    expect(a.library.outboxCount()).toBe(2);
  });

  it('[REP-6] a record of which too much waits is left out, and the page says so', async () => {
    const tag = newId();
    for (let n = 0; n < 101; n += 1) await a.put('tag', tag, { canonical_name: `${n}` });
    expect(a.library.readRecords(null, 100)).toMatchObject({ hasLeftOut: true, last: null });
    expect(ofRecord(allRecords(a), tag)).toEqual([]);
    await a.drain();
    expect(a.library.readRecords(null, 100).hasLeftOut).toBe(false);
    expect(ofRecord(allRecords(a), tag).length).toBe(1);
  });

  it('[REP-6] what lies in quarantine comes too: perhaps nobody else has it any more', async () => {
    const tag = newId();
    await b.put('tag', tag, { canonical_name: 'sealed' });
    const [entry] = await b.drain();
    await a.apply([{ ...entry!, sealed: Buffer.alloc(64, 1) }]);
    const [again] = ofRecord(allRecords(a), tag);
    expect(again!.headerBytes).toEqual(entry!.headerBytes);
    expect(again!.sealed).toEqual(Buffer.alloc(64, 1));
  });

  it('[REP-6] what lies in quarantine and was met in a log is not given to that log again, and to another it is', async () => {
    // The hazard: it stands for nothing there, so that the log would take it again with every pass, without end.
    const tag = newId();
    await b.put('tag', tag, { canonical_name: 'sealed' });
    const [entry] = await b.drain();
    const bad = { seq: 7, entry: { ...entry!, sealed: Buffer.alloc(64, 1) } };
    const [one, two] = ['one', 'two'] as LogId[];
    const givenTo = (logId: LogId) => ofRecord(a.library.readRecords(null, 100, logId).entries, tag).length;
    await a.library.apply([bad], { logId: one!, appliedSeq: 7, appliedEntries: 1 });
    expect([givenTo(one!), givenTo(two!)]).toEqual([0, 1]);
    await a.library.apply([bad], { logId: two!, appliedSeq: 7, appliedEntries: 1 });
    expect([givenTo(one!), givenTo(two!)]).toEqual([1, 0]);
  });

  it('[CHG-8] what lies in quarantine comes behind the state of its record, for which a log would take it', async () => {
    // The hazard: it claims to include what its record is, opens for nobody, and so the record would be nowhere.
    const tag = newId();
    await b.put('tag', tag, { canonical_name: 'good' });
    await ship(b, [a]);
    await b.put('tag', tag, { canonical_name: 'bad' });
    const [bad] = await b.drain();
    await a.apply([{ ...bad!, sealed: Buffer.alloc(64, 1) }]);
    const again = ofRecord(allRecords(a), tag);
    expect(again.map(({ sealed }) => Buffer.alloc(64, 1).equals(sealed))).toEqual([false, true]);
    expect(includes(again[1]!.header.version, again[0]!.header.version)).toBe(true);
    const candidates = again.map((entry) => ({
      ...entry.header,
      ref: { model: entry.header.model, id: tag },
    }));
    const plan = planAppend(
      candidates.map(({ ref, version, rank }) => ({ ref, version, rank, isDelete: false })),
      () => [],
    );
    expect(plan.map(({ version }) => formatVersion(version))).toEqual([
      a.version('tag', tag),
      formatVersion(bad!.header.version),
    ]);
  });

  it('[REP-6] pages of any size give every record once', async () => {
    for (let n = 0; n < 7; n += 1) await a.put('tag', newId(), { canonical_name: `${n}` });
    await a.drain();
    const whole = allRecords(a).map(({ header }) => header.recordId);
    expect(new Set(whole).size).toBe(whole.length);
    for (const limit of [1, 2, 3, 9]) {
      expect(allRecords(a, limit).map(({ header }) => header.recordId)).toEqual(whole);
    }
  });
});

describe('what ingest passed over', () => {
  const logId = 'test' as Parameters<TestDevice['library']['exceptions']['between']>[0];
  const passedOver = () => a.library.exceptions.between(logId, 1, 1_000, 100);

  it('[LOG-3] quarantined and damaged entries are named by their seqs, those that were applied are not', async () => {
    await b.put('tag', newId(), { canonical_name: 'good' });
    await b.put('tag', newId(), { canonical_name: 'bad' });
    const [good, bad] = (await b.drain()) as [ShippedEntry, ShippedEntry];
    const entries = [
      { seq: 11, entry: good },
      { seq: 12, entry: { ...bad, sealed: Buffer.alloc(64) } },
    ];
    await a.library.apply(entries, { logId, appliedSeq: 13, appliedEntries: 2 }, [13]);
    expect(passedOver()).toEqual([12, 13]);
    expect(a.library.exceptions.between(logId, 13, 20, 100)).toEqual([13]);
    expect(a.library.exceptions.between(logId, 1, 20, 1)).toEqual([12]);
  });

  it('[LOG-3] entries of a schema that this program does not know are among them', async () => {
    const newModels = models.map((model) =>
      model.spec.name === 'tag' ? { ...model, spec: { ...model.spec, schemaVersion: 99 } } : model,
    );
    const newer = await testDevice(4, Date.now, { models: newModels });
    await newer.drain();
    await newer.put('tag', newId(), { canonical_name: 'newer' });
    const [entry] = await newer.drain();
    newer.close();
    await a.library.apply([{ seq: 5, entry: entry! }], { logId, appliedSeq: 5, appliedEntries: 1 });
    expect(passedOver()).toEqual([5]);
    await a.library.sweepExceptions(logId);
    expect(passedOver()).toEqual([5]);
  });

  it('[LOG-3] those of a log that is followed no more are forgotten', async () => {
    await a.library.apply([], { logId, appliedSeq: 3, appliedEntries: 0 }, [3]);
    await a.library.sweepExceptions('other' as typeof logId);
    expect(passedOver()).toEqual([]);
  });
});

describe('what a library remembers of its log', () => {
  it('[REP-6] up to where it followed and up to where it shipped, each with the life of the log-store', async () => {
    const { logMemory } = a.library;
    const logId = 'test' as ReturnType<typeof logMemory.sightings>[number]['logId'];
    const life = `${a.id}.${'a'.repeat(16)}` as ReturnType<typeof logMemory.sightings>[number]['life'];
    expect([logMemory.wholeLogId(), logMemory.knowsNoOther(logId)]).toEqual([null, true]);
    await a.library.clearOutbox([], { logId, life, seq: 4 });
    await a.library.apply([], { logId, appliedSeq: 9, appliedEntries: 0, life });
    await a.library.setWholeLog(logId);
    a.reopen();
    const memory = a.library.logMemory;
    expect(memory.sightings()).toEqual([
      { logId, life, seq: 9 },
      { logId, life, seq: 4 },
    ]);
    expect(memory.wholeLogId()).toBe(logId);
    expect(memory.knowsNoOther(logId)).toBe(true);
    expect(memory.knowsNoOther('two' as typeof logId)).toBe(false);
  });

  it('[REP-6] [LOG-2] a log that was shipped to after another one is not the first, though ingest has read none', async () => {
    const shipTo = (logId: string) =>
      a.library.clearOutbox([], {
        logId: logId as LogId,
        life: `${a.id}.${'a'.repeat(16)}` as StreamId,
        seq: 4,
      });
    await shipTo('one');
    await shipTo('one');
    expect(a.library.logMemory.wholeLogId()).toBeNull();
    // It took a new id in between, and may have lost what was shipped.
    await shipTo('another');
    expect(a.library.logMemory.wholeLogId()).toBe(noWholeLog);
  });
});
