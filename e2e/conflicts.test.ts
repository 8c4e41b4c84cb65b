import { type GatewayClient, type JsonConflict, uuidFromBytes } from '@shoal/client';
import { type Fleet, runShoal, startFleet, until } from '@shoal/testkit';
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

test('[MRG-8] concurrent edits of one tag are in the journals of both devices, until one who saw both writes', async () => {
  const [a, b] = await gateways();
  const id = await writeTag(a, { libraryId, fields: { canonical_name: 'both', color: 'none' } });
  const { seen } = await until('the tag is on B', () => readTag(b, libraryId, id));
  await fleet.stopHub();
  await writeTag(a, { libraryId, id, fields: { color: 'red' }, seen });
  await writeTag(b, { libraryId, id, fields: { color: 'blue' }, seen });
  await fleet.startHub();
  for (const gateway of [a, b]) {
    const { conflicts } = await until('the conflict is open', () => openOf(gateway, 1));
    expect(conflicts[0]).toMatchObject({ model: 'tag', kind: 'siblings', field: 'color' });
    expect(uuidFromBytes(conflicts[0]!.recordId, 'record_id')).toBe(id);
  }
  const onB = await readTag(b, libraryId, id);
  await writeTag(b, { libraryId, id, fields: { color: 'green' }, seen: onB.seen });
  for (const gateway of [a, b]) await until('nothing is open', () => openOf(gateway, 0));
});

test('[MRG-8] shoal conflicts lists them, and shows both values of one', async () => {
  const { dir: home } = fleet.devices[0]!.home.paths;
  const shoal = async (...args: string[]) => {
    const { code, stdout, stderr } = await runShoal(['conflicts', ...args, '--home', home], fleet);
    if (code !== 0) throw new Error(`shoal conflicts ${args.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  };
  expect(JSON.parse(await shoal('list', '--json'))).toEqual([]);
  const [settled]: JsonConflict[] = JSON.parse(await shoal('list', '--all', '--json'));
  expect(settled).toMatchObject({ model: 'tag', kind: 'siblings', field: 'color', decidedBy: 'last-writer' });
  const shown = await shoal('show', String(settled!.id));
  expect(shown).toContain('* color = "blue"');
  expect(shown).toContain('  color = "red"');
});

const everything = { model: '', recordId: Buffer.alloc(0), limit: 0, after: 0 };

async function openOf(gateway: GatewayClient, wanted: number) {
  const reply = await gateway.listConflicts({ libraryId, ...everything, openOnly: true });
  return reply.open === wanted ? reply : undefined;
}

async function gateways(): Promise<readonly [GatewayClient, GatewayClient]> {
  const [a, b] = fleet.devices;
  return [await a!.gateway(), await b!.gateway()];
}
