import { existsSync } from 'node:fs';
import type { IngestStatusReply, LogStatusReply } from '@shoal/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type GatewayFixture, gatewayFixture } from './gateway-fixture.ts';
import { setPaused } from './set-paused.ts';

let gateway: GatewayFixture;
const isWished = () => existsSync(gateway.place.paths.paused);
const set = (isPaused: boolean, waitMs?: number) => {
  const [{ part } = { part: undefined }] = gateway.parts.libraries.list();
  return setPaused(gateway.parts.services, part!, { isPaused, ...(waitMs !== undefined && { waitMs }) });
};

beforeEach(async () => {
  gateway = await gatewayFixture();
});
afterEach(() => gateway.close());

test('[ING-4] a pause is written down, and told once log-store and ingest follow it', async () => {
  let looks = 0;
  const isSeen = () => {
    looks += 1;
    return looks > 3 && isWished();
  };
  gateway.services.logStore = {
    getLogStatus: async () => ({ throttled: isSeen() ? 'paused' : '' }) as LogStatusReply,
  };
  gateway.services.ingest = {
    getIngestStatus: async () => ({ state: isWished() ? 'paused' : 'ready' }) as IngestStatusReply,
  };
  expect(await set(true)).toEqual({ pending: [] });
  expect(isWished()).toBe(true);
  expect(looks).toBe(4);
  expect(await gateway.handlers.setPaused({ libraryId: gateway.libraryId, paused: false })).toEqual({
    pending: [],
  });
  expect(isWished()).toBe(false);
});

test('[ING-4] services that do not run are named, and read the wish when they start', async () => {
  expect(await set(true, 0)).toEqual({ pending: ['ingest', 'log-store'] });
  expect(isWished()).toBe(true);
});
