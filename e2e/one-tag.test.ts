import type { GatewayClient } from '@shoal/client';
import { type Fleet, startFleet, until } from '@shoal/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTag, writeTag } from './write-tag.ts';

/** Two devices, each with four services and a nats-server of its own, and a hub between them. */
let fleet: Fleet;
let libraryId: Buffer;

beforeAll(async () => {
  fleet = await startFleet();
  libraryId = fleet.libraryId;
});
afterAll(() => fleet?.close());

test('a tag written on one device is on the other, and back again', async () => {
  const [a, b] = await gateways();
  const there = await writeTag(a, { libraryId, fields: { canonical_name: 'holiday' } });
  await until('the tag is on B', () => readTag(b, libraryId, there));
  const back = await writeTag(b, { libraryId, fields: { canonical_name: 'from B' } });
  await until('the tag is on A', () => readTag(a, libraryId, back));
  await fleet.converged();
});

test('[MRG-1] an edit made on a stale read does not swallow what arrived since', async () => {
  const [a, b] = await gateways();
  const id = await writeTag(a, { libraryId, fields: { canonical_name: 'stale', color: 'red' } });
  const { seen } = await until('the tag is on B', () => readTag(b, libraryId, id));
  await writeTag(a, { libraryId, id, fields: { color: 'green' } });
  await until('green is on B', async () => (await readTag(b, libraryId, id)).fields.color === 'green');
  // B writes another field with what it had read when the color was still red.
  await writeTag(b, { libraryId, id, fields: { display_name: 'Stale' }, seen });
  const lines = await fleet.converged({
    isWanted: (all) => all.some((line) => line.includes('"display_name":"Stale"')),
  });
  expect(lineOf(lines, id)).toMatchObject({ color: 'green', display_name: 'Stale' });
});

test('[MRG-1] a concurrent edit of one tag on two cut-off devices ends equal on both', async () => {
  const [a, b] = await gateways();
  const id = await writeTag(a, { libraryId, fields: { canonical_name: 'both', color: 'none' } });
  const onB = await until('the tag is on B', () => readTag(b, libraryId, id));
  const onA = await readTag(a, libraryId, id);
  await fleet.stopHub();
  await writeTag(a, { libraryId, id, fields: { color: 'red', icon: 'a' }, seen: onA.seen });
  await writeTag(b, { libraryId, id, fields: { color: 'blue', display_name: 'b' }, seen: onB.seen });
  expect((await readTag(a, libraryId, id)).fields.color).toBe('red');
  expect((await readTag(b, libraryId, id)).fields.color).toBe('blue');
  await fleet.startHub();
  const lines = await fleet.converged({
    isWanted: (all) => all.some((line) => line.includes('"icon":"a"') && line.includes('"display_name":"b"')),
  });
  // Of the field that both wrote the later stamp shows.
  expect(lineOf(lines, id)).toMatchObject({ color: 'blue', icon: 'a', display_name: 'b' });
});

async function gateways(): Promise<readonly [GatewayClient, GatewayClient]> {
  const [a, b] = fleet.devices;
  return [await a!.gateway(), await b!.gateway()];
}

function lineOf(lines: readonly string[], id: string): unknown {
  return JSON.parse(lines.find((line) => line.includes(id))!);
}
