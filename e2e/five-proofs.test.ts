import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { uuidFromBytes } from '@shoal/client';
import { registry } from '@shoal/models';
import { type Fleet, startFleet, until } from '@shoal/testkit';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { embeddedWriter } from './embedded-writer.ts';
import { readTag, writeTag } from './write-tag.ts';

/** The five things that the first two devices had to show (S3-30), on real processes, in their order. */
let fleet: Fleet;
let libraryId: Buffer;

beforeAll(async () => {
  fleet = await startFleet();
  libraryId = fleet.libraryId;
});
afterAll(() => fleet?.close());

const gateways = async () => {
  const [a, b] = fleet.devices;
  return [await a!.gateway(), await b!.gateway()] as const;
};

test('[S3-30] one: the registry finds each model by its name, and says which there are where there is none', async () => {
  const [a] = await gateways();
  for (const { name } of registry.specs) {
    const { records } = await a.listRecords({ libraryId, model: name, limit: 10, after: Buffer.alloc(0) });
    expect(records.every((record) => record.model === name)).toBe(true);
  }
  const unknown = a.listRecords({ libraryId, model: 'fish', limit: 10, after: Buffer.alloc(0) });
  await expect(unknown).rejects.toMatchObject({
    code: 'unknown-model',
    message: expect.stringContaining('tag'),
  });
});

test('[S3-30] two: messages are sent and received, both ways: each device knows what the other has', async () => {
  const [a, b] = await gateways();
  await writeTag(a, { libraryId, fields: { canonical_name: 'said by A' } });
  await writeTag(b, { libraryId, fields: { canonical_name: 'said by B' } });
  await until('each has heard that the other has everything', async () => {
    const [mine, theirs] = [await a.getStatus({ libraryId }), await b.getStatus({ libraryId })];
    for (const [here, there] of [
      [mine, theirs],
      [theirs, mine],
    ] as const) {
      const peer = here.log?.peers.find(({ deviceId }) => Buffer.compare(deviceId, there.deviceId) === 0);
      if (peer?.logId !== there.log?.logId || peer?.behind !== 0 || peer.ahead !== 0) return false;
    }
    return mine.log!.entries > 2;
  });
});

test('[S3-30] three: a commit of the transaction manager is broadcast without another call', async () => {
  const [, b] = await gateways();
  const writer = await embeddedWriter(fleet.devices[0]!.home);
  onTestFinished(() => writer.close());
  const id = await writer.writeTag('by an entity');
  const { fields } = await until('it is on B', () => readTag(b, libraryId, id));
  expect(fields).toMatchObject({ canonical_name: 'by an entity' });
});

test('[S3-30] four: a location of one device is on the other, with its owner and its root', async () => {
  const [a] = await gateways();
  const path = join(fleet.folder.path, 'files');
  await mkdir(path);
  await writeFile(join(path, 'one.txt'), 'one');
  const { locationId } = await a.addLocation({ libraryId, path, name: 'shelf', ignore: [] });
  const id = uuidFromBytes(locationId, 'location_id');
  const { deviceId } = fleet.devices[0]!.home.config;
  const lines = await fleet.converged({
    isWanted: (all) => all.some((line) => line.includes('"one.txt"')) && shelf(all)?.root_entry != null,
  });
  expect(shelf(lines)).toMatchObject({ uuid: id, device: deviceId, path });
});

test('[S3-30] five: of a tag that both edit while they are cut off, both show the same afterwards', async () => {
  const [a, b] = await gateways();
  const id = await writeTag(a, { libraryId, fields: { canonical_name: 'both' } });
  const { seen } = await until('the tag is on B', () => readTag(b, libraryId, id));
  await fleet.stopHub();
  await writeTag(a, { libraryId, id, fields: { color: 'red' }, seen });
  await writeTag(b, { libraryId, id, fields: { color: 'blue', icon: 'b' }, seen });
  await fleet.startHub();
  await fleet.converged({
    isWanted: (all) => all.some((line) => line.includes(id) && /"color":"(red|blue)".*"icon":"b"/.test(line)),
  });
});

function shelf(lines: readonly string[]): Record<string, unknown> | undefined {
  const found = lines.find((line) => line.startsWith('{"model":"location"') && line.includes('"shelf"'));
  return found === undefined ? undefined : JSON.parse(found);
}
