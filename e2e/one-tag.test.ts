import { fromJson, type GatewayClient, MutationKind, toJson, uuidFromBytes } from '@shoal/client';
import { type Fleet, startFleet, until } from '@shoal/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** Two devices, each with four services and a nats-server of its own, and a hub between them. */
let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet?.close());

test('a tag written on one device is on the other, and back again', async () => {
  const [a, b] = await gateways();
  const id = await putTag(a, { canonical_name: 'holiday' });
  await until('the tag is on B', () => tagOn(b, id));
  const back = await putTag(b, { canonical_name: 'from B' });
  await until('the tag is on A', () => tagOn(a, back));
  await fleet.converged();
});

test('[MRG-1] an edit made on a stale read does not swallow what arrived since', async () => {
  const [a, b] = await gateways();
  const id = await putTag(a, { canonical_name: 'stale', color: 'red' });
  const read = await until('the tag is on B', () => tagOn(b, id));
  await putTag(a, { color: 'green' }, id);
  await until('green is on B', async () => (await tagOn(b, id)).fields.color === 'green');
  // B writes another field with what it had read when the color was still red.
  await putTag(b, { display_name: 'Stale' }, id, read.seen);
  const lines = await fleet.converged({
    isWanted: (all) => all.some((line) => line.includes('"display_name":"Stale"')),
  });
  const tag = lines.find((line) => line.includes(id));
  expect(JSON.parse(tag!)).toMatchObject({ color: 'green', display_name: 'Stale' });
});

test('[MRG-1] a concurrent edit of one tag on two cut-off devices ends equal on both', async () => {
  const [a, b] = await gateways();
  const id = await putTag(a, { canonical_name: 'both', color: 'none' });
  const seenA = (await tagOn(a, id)).seen;
  const seenB = (await until('the tag is on B', () => tagOn(b, id))).seen;
  await fleet.stopHub();
  await putTag(a, { color: 'red', icon: 'a' }, id, seenA);
  await putTag(b, { color: 'blue', display_name: 'b' }, id, seenB);
  expect((await tagOn(a, id)).fields.color).toBe('red');
  expect((await tagOn(b, id)).fields.color).toBe('blue');
  await fleet.startHub();
  const lines = await fleet.converged({
    isWanted: (all) => all.some((line) => line.includes('"icon":"a"') && line.includes('"display_name":"b"')),
  });
  // The later stamp wins the field that both wrote.
  expect(JSON.parse(lines.find((line) => line.includes(id))!)).toMatchObject({ color: 'blue' });
});

async function gateways(): Promise<readonly [GatewayClient, GatewayClient]> {
  const [a, b] = fleet.devices;
  return [await a!.gateway(), await b!.gateway()];
}

async function putTag(
  gateway: GatewayClient,
  fields: object,
  id?: string,
  seen: Awaited<ReturnType<typeof tagOn>>['seen'] = [],
) {
  const mutation = {
    kind: MutationKind.MUTATION_KIND_PUT,
    model: 'tag',
    recordId: id === undefined ? Buffer.alloc(0) : Buffer.from(id.replaceAll('-', ''), 'hex'),
    fields: fromJson(fields),
    seen,
  };
  const reply = await gateway.write({ libraryId: fleet.libraryId, mutations: [mutation] });
  return uuidFromBytes(reply.records[0]!.recordId, 'record_id');
}

async function tagOn(gateway: GatewayClient, id: string) {
  const recordId = Buffer.from(id.replaceAll('-', ''), 'hex');
  const record = await gateway.getRecord({ libraryId: fleet.libraryId, model: 'tag', recordId });
  return { ...toJson(record), seen: record.version };
}
