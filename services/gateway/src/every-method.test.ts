import { ShoalError } from '@shoal/core';
import { GatewayService } from '@shoal/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GatewayFixture, gatewayFixture } from './gateway-fixture.ts';

type Handler = (request: object) => Promise<object> | AsyncIterable<object>;

const methods = Object.entries(GatewayService).map(([name, method]) => ({
  name,
  request: withModel(method.requestDeserialize(Buffer.alloc(0))),
}));
const ofALibrary = methods.filter(({ request }) => 'libraryId' in request);
let gateway: GatewayFixture;

beforeAll(async () => {
  gateway = await gatewayFixture();
});
afterAll(() => gateway.close());

async function call(name: string, request: object): Promise<unknown> {
  const handlers = gateway.handlers as unknown as Record<string, Handler>;
  const answer = handlers[name]!(request);
  if (!(Symbol.asyncIterator in answer)) return answer;
  for await (const first of answer) return first;
  return undefined;
}

/** What is looked at before the library is in order. */
function withModel(request: object): object {
  return 'model' in request ? { ...request, model: 'tag' } : request;
}

test('[S4-33] every method but the list of libraries is about one', () => {
  const others = methods.filter((method) => !ofALibrary.includes(method)).map(({ name }) => name);
  expect(others.sort()).toEqual(['listLibraries']);
});

test.each(ofALibrary)(
  '[S4-33] [SEC-5] $name refuses what is no library id, naming the field',
  async ({ name, request }) => {
    const error = await call(name, { ...request, libraryId: Buffer.alloc(15) }).catch(
      (refused: unknown) => refused,
    );
    expect(error).toBeInstanceOf(ShoalError);
    expect(error).toMatchObject({ code: 'invalid-argument', subject: { field: 'library_id' } });
  },
);

test.each(ofALibrary)('[S4-33] $name of a library that is not here says so', async ({ name, request }) => {
  const error = await call(name, { ...request, libraryId: Buffer.alloc(16, 9) }).catch(
    (refused: unknown) => refused,
  );
  expect(error).toBeInstanceOf(ShoalError);
  expect((error as ShoalError).code).not.toBe('internal');
});
