import { freshRecordId, openTransactionManager } from '@shoal/library';
import { inStep } from '@shoal/telemetry';
import { type RecordedSpans, recordSpans } from '@shoal/telemetry/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TagEntity } from './index.ts';
import { newId, type TestDevice, testDevice } from './testing/library-on-disk.ts';

let recorded: RecordedSpans;
let a: TestDevice;

beforeEach(async () => {
  a = await testDevice(1);
  recorded = recordSpans();
});
afterEach(() => {
  recorded.stop();
  a.close();
});

const location = (name: string) => ({ name, path: '/home', device: a.id });
/** Writes within a call of somebody, and answers the span of the write. */
async function write(id: ReturnType<typeof newId>, name: string): Promise<string> {
  await inStep('shoal.write', {}, () => a.put('location', id, location(name)));
  return recorded
    .ended()
    .findLast((span) => span.name === 'shoal.write' && 'shoal.library' in span.attributes)!
    .spanContext().spanId;
}
const parentOf = (traceParent: string) => traceParent.slice(36, 52);

test('[CHG-2] an entry that folds several writes continues the last one and is linked to the others', async () => {
  const id = newId();
  const writes = [await write(id, 'one'), await write(id, 'two'), await write(id, 'three')];
  const entry = (await a.drain()).find(({ header }) => header.recordId === id);
  const ship = recorded.ended().find(({ name }) => name === 'shoal.ship')!;
  expect(ship.parentSpanContext?.spanId).toBe(writes[2]);
  expect(ship.links.map(({ context }) => context.spanId)).toEqual(writes.slice(0, 2));
  expect(parentOf(entry!.header.traceParent)).toBe(ship.spanContext().spanId);
});

test('[CHG-2] what nobody follows carries no trace, and keeps that of what is followed', async () => {
  const id = newId();
  recorded.stop();
  await a.put('location', id, location('one'));
  const unseen = (await a.drain()).find(({ header }) => header.recordId === id);
  expect(unseen!.header.traceParent).toBe('');
  recorded = recordSpans();
  await write(id, 'two');
  recorded.stop();
  await a.put('location', id, location('three'));
  const entry = (await a.drain()).find(({ header }) => header.recordId === id);
  expect(entry!.header.traceParent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
});

test('[SEC-5] of very many writes that one entry folds the last ones are linked', async () => {
  const id = newId();
  for (let turn = 0; turn < 20; turn += 1) await write(id, `name ${turn}`);
  await a.drain();
  expect(recorded.ended().find(({ name }) => name === 'shoal.ship')!.links).toHaveLength(15);
});

test('[S2-12] within a write its parts are seen in their order: fields, keys, states, payloads, rows, outbox', async () => {
  const manager = await openTransactionManager(a.options);
  const em = manager.fork();
  em.create(TagEntity, { uuid: freshRecordId(Date.now()), canonicalName: 'one' }, { persist: true });
  await em.flush();
  await manager.close();
  const spans = recorded.ended();
  const whole = spans.findLast(({ name }) => name === 'shoal.write')!;
  const parts = spans.filter(
    ({ parentSpanContext }) => parentSpanContext?.spanId === whole.spanContext().spanId,
  );
  const names = ['fields', 'keys', 'states', 'payloads', 'rows', 'outbox'];
  expect(parts.map(({ name }) => name)).toEqual(names.map((name) => `shoal.write.${name}`));
  const [entry] = (await a.drain()).filter(({ header }) => header.model === 'tag');
  expect(entry!.header.traceParent).toContain(whole.spanContext().traceId);
});

test.each([
  ['is a part of its story', 0, 'parent'],
  ['made while the devices were apart is linked to its story', 120_000, 'link'],
] as const)('[CHG-2] what another device applies %s', async (_, agoMs, kind) => {
  const late = await testDevice(2, () => Date.now() - agoMs);
  const b = await testDevice(3);
  await inStep('shoal.write', {}, () =>
    late.put('location', newId(), { ...location('one'), device: late.id }),
  );
  const entries = (await late.drain()).filter(({ header }) => header.model === 'location');
  await b.apply(entries);
  const [ship, apply] = ['shoal.ship', 'shoal.apply'].map((step) =>
    recorded.ended().findLast(({ name }) => name === step),
  );
  const shipped = ship!.spanContext().spanId;
  const links = apply!.links.map(({ context }) => context.spanId);
  expect([apply!.parentSpanContext?.spanId, links]).toEqual(
    kind === 'parent' ? [shipped, []] : [undefined, [shipped]],
  );
  late.close();
  b.close();
});
