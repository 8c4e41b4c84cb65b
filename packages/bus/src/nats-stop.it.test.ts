import { ShoalError } from '@shoal/core';
import { expect, test } from 'vitest';
import type { Bus } from './bus.ts';
import { connectNats } from './connect-nats.ts';
import { testServers } from './testing/nats-servers.ts';
import { until } from './testing/until.ts';

/**
 * The hazard: what the server had sent to one who stops was dropped unread, and its caller learned of it at its
 * deadline only. Many callers ask without pause while the one who serves stops.
 */
test('[REP-4] who stops serving leaves no request to its deadline', async () => {
  const servers = await testServers();
  try {
    const { port, token } = await servers.device({});
    const connect = (): Promise<Bus> =>
      connectNats({ servers: `127.0.0.1:${port}`, credentials: { token }, inboxPrefix: 'in', name: 'test' });
    const [serving, asking] = [await connect(), await connect()];
    const subscription = serving.serve('a', async (payload) => payload);
    const ended: string[] = [];
    let answered = 0;
    const askOn = async () => {
      for (;;) {
        try {
          await asking.request('a', new Uint8Array(2_000), { timeoutMs: 2_000 });
          answered += 1;
        } catch (error) {
          if (!(error instanceof ShoalError)) throw error;
          if (answered === 0) continue;
          ended.push(error.code);
          return;
        }
      }
    };
    const callers = Array.from({ length: 100 }, askOn);
    await until('traffic flows', () => answered > 1_000);
    await subscription.stop();
    await Promise.all(callers);
    expect(new Set(ended)).toEqual(new Set(['unavailable']));
    await Promise.all([serving.close(), asking.close()]);
  } finally {
    await servers.close();
  }
});
