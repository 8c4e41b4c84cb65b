import { type GatewayClient, type JsonConflict, uuidFromBytes } from '@shoal/client';
import { type Fleet, runShoal, startFleet, until } from '@shoal/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTag, writeTag } from './write-tag.ts';

/** Two devices, each with four services and a nats-server of its own, and a hub between them. */
let fleet: Fleet;
let libraryId: Buffer;

beforeAll(async () => {
  fleet = await startFleet({ isInProcess: true });
  libraryId = fleet.libraryId;
});
afterAll(() => fleet?.close());

const none = { canonical_name: 'both', color: 'none' };

/** Edits of one tag on both devices while they do not hear each other; its id, when both know. */
async function editOnBoth(): Promise<string> {
  const [a, b] = await gateways();
  const id = await writeTag(a, { libraryId, fields: none });
  const { seen } = await until('the tag is on B', () => readTag(b, libraryId, id));
  await fleet.stopHub();
  await writeTag(a, { libraryId, id, fields: { color: 'red' }, seen });
  await writeTag(b, { libraryId, id, fields: { color: 'blue' }, seen });
  await fleet.startHub();
  for (const gateway of [a, b]) await until('the conflict is open', () => openOf(gateway, 1));
  return id;
}

test('[MRG-8] concurrent edits of one tag are in the journals of both devices, until one who saw both writes', async () => {
  const [a, b] = await gateways();
  const id = await editOnBoth();
  for (const gateway of [a, b]) {
    const { conflicts } = await until('the conflict is open', () => openOf(gateway, 1));
    expect(conflicts[0]).toMatchObject({ model: 'tag', kind: 'siblings', field: 'color' });
    expect(uuidFromBytes(conflicts[0]!.recordId, 'record_id')).toBe(id);
  }
  const onB = await readTag(b, libraryId, id);
  await writeTag(b, { libraryId, id, fields: { color: 'green' }, seen: onB.seen });
  for (const gateway of [a, b]) await until('nothing is open', () => openOf(gateway, 0));
});

/** `shoal conflicts` on one of the devices. */
async function shoalOn(device: number, ...args: string[]): Promise<string> {
  const { dir: home } = fleet.devices[device]!.home.paths;
  const { code, stdout, stderr } = await runShoal(['conflicts', ...args, '--home', home], fleet);
  if (code !== 0) throw new Error(`shoal conflicts ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout;
}

test('[MRG-8] shoal conflicts lists them, and shows both values of one', async () => {
  const shoal = (...args: string[]) => shoalOn(0, ...args);
  expect(JSON.parse(await shoal('list', '--json'))).toEqual([]);
  const [settled]: JsonConflict[] = JSON.parse(await shoal('list', '--all', '--json'));
  expect(settled).toMatchObject({ model: 'tag', kind: 'siblings', field: 'color', decidedBy: 'last-writer' });
  const shown = await shoal('show', String(settled!.id));
  expect(shown).toContain('* color = "blue"');
  expect(shown).toContain('  color = "red"');
});

test('[MRG-8] shoal conflicts flip on B settles on both what met on A and B; upon what was shown before it is refused', async () => {
  const id = await editOnBoth();
  const [a, b] = await gateways();
  const [open]: JsonConflict[] = JSON.parse(await shoalOn(1, 'list', '--json'));
  const [shown, other] = open!.sides.map((side) => 'field' in side && side.value);
  const args = [String(open!.id), '--json', '--version-read', open!.version];
  expect(JSON.parse(await shoalOn(1, 'flip', ...args))).toMatchObject({ id: open!.id, settled: { by: {} } });
  for (const gateway of [a, b]) {
    await until('nothing is open', () => openOf(gateway, 0));
    await until('the other value is shown', async () => {
      const { color } = (await readTag(gateway, libraryId, id)).fields;
      return color === other && color !== shown;
    });
  }
  const { dir: home } = fleet.devices[1]!.home.paths;
  const again = await runShoal(['conflicts', 'restore', ...args, '--home', home], fleet);
  expect(again.code).toBe(2);
  expect(JSON.parse(again.stdout)).toMatchObject({ id: open!.id, settled: { by: {} } });
  expect(JSON.parse(again.stderr.trim().split('\n').at(-1)!)).toMatchObject({
    code: 'changed-since',
    field: 'seen',
  });
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
