import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ShoalError } from '@shoal/core';
import type { CaptureStatusReply, IngestStatusReply, LogStatusReply } from '@shoal/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type GatewayFixture, gatewayFixture } from './gateway-fixture.ts';
import { leaveLibrary } from './leave-library.ts';

let gateway: GatewayFixture;
const leave = (waitMs?: number) => {
  const id = gateway.parts.libraries.list()[0]?.library.libraryId ?? gateway.place.libraryId;
  return leaveLibrary({ ...gateway.parts, id, ...(waitMs !== undefined && { waitMs }) });
};
const isMarked = () => existsSync(join(gateway.place.paths.dir, 'leaving'));

beforeEach(async () => {
  gateway = await gatewayFixture();
});
afterEach(() => gateway.close());

/** Services that have the library open until the wish to leave it is there, and a few looks longer. */
function openForSomeLooks(looks: number): void {
  let left = looks;
  const answer = async () => {
    if (isMarked()) left -= 1;
    if (left < 0) throw new ShoalError('not-found', 'this device has no library');
    return {} as CaptureStatusReply & LogStatusReply & IngestStatusReply;
  };
  gateway.services.capture = { getCaptureStatus: answer };
  gateway.services.logStore = { getLogStatus: answer };
  gateway.services.ingest = { getIngestStatus: answer };
}

test('a library is let go of when each service has closed it, the gateway too', async () => {
  openForSomeLooks(4);
  expect(await leave()).toEqual({ pending: [] });
  expect(isMarked()).toBe(true);
  expect(gateway.parts.libraries.list()).toEqual([]);
});

test('a service that does not answer may have it open still, and is named', async () => {
  openForSomeLooks(0);
  gateway.services.ingest = { getIngestStatus: () => Promise.reject(new ShoalError('unavailable', 'away')) };
  expect((await leave(2_000)).pending).toEqual(['ingest']);
});

test('a library that is not there is not found', async () => {
  const libraryId = Buffer.alloc(16, 7);
  await expect(gateway.handlers.leaveLibrary({ libraryId })).rejects.toMatchObject({ code: 'not-found' });
});
