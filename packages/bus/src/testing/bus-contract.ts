import { limits, ShoalError } from '@shoal/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Bus } from '../bus.ts';
import { type BusBench, settled } from './bus-bench.ts';
import { until } from './until.ts';

const timeoutMs = 20_000;
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (payload: Uint8Array) => new TextDecoder().decode(payload);

/** What every implementation of the port promises, as tests: each runs them with a bench of its own. */
export function busContract(name: string, open: () => Promise<BusBench>): void {
  describe(name, () => {
    let bench: BusBench;
    let asking: Bus;
    let serving: Bus;
    /** Settles at the end of the test: until then a handler that waits for it hangs. */
    let end: PromiseWithResolvers<Uint8Array>;
    let told: { readonly error: ShoalError; readonly subject: string }[];
    const ask = (subject: string, payload = '') => asking.request(subject, bytes(payload), { timeoutMs });
    const codeOf = async (work: Promise<unknown>) => {
      const error = await work.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      return error instanceof ShoalError ? error.code : error;
    };

    beforeEach(async () => {
      told = [];
      end = Promise.withResolvers();
      bench = await open();
      asking = await bench.connect();
      serving = await bench.connect((error, subject) => told.push({ error, subject }));
    });
    afterEach(async () => {
      end.resolve(bytes(''));
      await bench.close();
    });

    test('[REP-5] a request is answered by whoever serves its subject', async () => {
      serving.serve('a.b', async (payload) => bytes(`${text(payload)} heard`));
      await settled(serving);
      expect(text(await ask('a.b', 'hello'))).toBe('hello heard');
    });

    test('[REP-5] what was served and listened to before a flush is found by all who come after it', async () => {
      // The hazard: between two connections nothing is in order. Much is on its way before what is served.
      let heard = 0;
      for (let round = 1; round <= 10; round += 1) {
        for (let count = 0; count < 5; count += 1) {
          serving.publish('much', new Uint8Array(limits.messageBytesMax));
        }
        serving.subscribe(`hint.${round}`, () => {
          heard += 1;
        });
        serving.serve(`a.${round}`, async (payload) => payload);
        await serving.flush();
        asking.publish(`hint.${round}`, bytes(''));
        expect(text(await ask(`a.${round}`, 'first'))).toBe('first');
        expect(heard).toBe(round);
      }
    });

    test('a flush waits for no connection: the next one begins by telling all of it', async () => {
      await bench.cut();
      serving.serve('a', async (payload) => payload);
      await serving.flush();
      await bench.heal();
      await serving.flush();
      expect(text(await ask('a', 'again'))).toBe('again');
    });

    test('[REP-5] of several that serve one subject, one is asked', async () => {
      let asked = 0;
      const handler = async () => {
        asked += 1;
        return bytes('');
      };
      serving.serve('a', handler);
      const third = await bench.connect();
      third.serve('a', handler);
      await settled(serving);
      await settled(third);
      await ask('a');
      await settled(third);
      expect(asked).toBe(1);
    });

    test('[REP-5] a request that nobody serves fails at once with unavailable', async () => {
      const startMs = performance.now();
      expect(await codeOf(ask('nobody'))).toBe('unavailable');
      expect(performance.now() - startMs).toBeLessThan(timeoutMs / 2);
    });

    test('[REP-4] a request that is not answered within its deadline fails with deadline-exceeded', async () => {
      serving.serve('a', () => end.promise);
      await settled(serving);
      expect(await codeOf(asking.request('a', bytes(''), { timeoutMs: 50 }))).toBe('deadline-exceeded');
    });

    test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, limits.requestMsMax + 1, 2 ** 31])(
      '[SEC-5] a deadline that nobody can keep is refused before anything is sent: %s ms',
      async (oddMs) => {
        let asked = 0;
        serving.serve('a', async (payload) => {
          asked += 1;
          return payload;
        });
        await settled(serving);
        await expect(asking.request('a', bytes(''), { timeoutMs: oddMs })).rejects.toMatchObject({
          code: 'invalid-argument',
          subject: { field: 'timeoutMs' },
        });
        await ask('a');
        expect(asked).toBe(1);
        expect(text(await asking.request('a', bytes('longest'), { timeoutMs: limits.requestMsMax }))).toBe(
          'longest',
        );
      },
    );

    test('a request that its caller gives up fails at once', async () => {
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
      serving.serve('a', () => {
        begin();
        return end.promise;
      });
      await settled(serving);
      const caller = new AbortController();
      const { signal } = caller;
      const request = asking.request('a', bytes(''), { timeoutMs: 60_000, signal });
      await begun;
      caller.abort();
      expect(await codeOf(request)).toBe('unavailable');
      expect(await codeOf(asking.request('a', bytes(''), { timeoutMs: 60_000, signal }))).toBe('unavailable');
    });

    test('an error of a handler arrives with its code, its message and what it is about', async () => {
      serving.serve('a', async () => {
        const subject = { field: 'größe\n', library: 'l', device: 'd', model: 'tag', record: 'r' };
        throw new ShoalError('unknown-field', 'no such field: größe', subject);
      });
      await settled(serving);
      const error: unknown = await ask('a').catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ShoalError);
      expect(error).toMatchObject({
        code: 'unknown-field',
        message: 'no such field: größe',
        subject: { field: 'größe\n', library: 'l', device: 'd', model: 'tag', record: 'r' },
      });
      expect(told).toEqual([]);
    });

    test('a bug in a handler arrives as internal, is told to its owner, and the next request is served', async () => {
      let calls = 0;
      serving.serve('a', async () => {
        calls += 1;
        if (calls === 1) throw new TypeError('a bug');
        return bytes('fine');
      });
      await settled(serving);
      expect(await codeOf(ask('a'))).toBe('internal');
      expect(told).toMatchObject([{ error: { code: 'internal', message: 'a bug' }, subject: 'a' }]);
      expect(text(await ask('a'))).toBe('fine');
    });

    test('[SEC-5] a payload over the limit is refused before it is sent, the largest one is carried', async () => {
      let asked = 0;
      serving.serve('a', async (payload) => {
        asked += 1;
        return payload;
      });
      await settled(serving);
      const tooLarge = new Uint8Array(limits.messageBytesMax + 1);
      expect(await codeOf(asking.request('a', tooLarge, { timeoutMs }))).toBe('payload-too-large');
      expect(() => asking.publish('a', tooLarge)).toThrow(/at most/);
      expect(asked).toBe(0);
      const reply = await asking.request('a', tooLarge.subarray(1), { timeoutMs });
      expect(reply.byteLength).toBe(limits.messageBytesMax);
    });

    test('an answer over the limit fails with payload-too-large', async () => {
      serving.serve('a', async () => new Uint8Array(limits.messageBytesMax + 1));
      await settled(serving);
      expect(await codeOf(ask('a'))).toBe('payload-too-large');
    });

    test('handlers that hang keep their places until the deadlines of their callers, not longer', async () => {
      serving.serve('a', (payload) => (text(payload) === 'hang' ? end.promise : Promise.resolve(payload)));
      await settled(serving);
      const hanging = Array.from({ length: limits.servedAtOnceMax }, () =>
        codeOf(asking.request('a', bytes('hang'), { timeoutMs: 300 })),
      );
      const behind = ask('a', 'behind');
      expect(new Set(await Promise.all(hanging))).toEqual(new Set(['deadline-exceeded']));
      expect(text(await behind)).toBe('behind');
    });

    test('requests beyond the queue are refused with unavailable, those in it are answered', async () => {
      const { promise: gate, resolve: openGate } = Promise.withResolvers<void>();
      serving.serve('a', async (payload) => {
        await gate;
        return payload;
      });
      await settled(serving);
      const room = limits.servedAtOnceMax + limits.servedWaitingMax;
      const inside = Array.from({ length: room }, () => ask('a', 'inside'));
      await Promise.all(
        Array.from({ length: 5 }, async () => expect(await codeOf(ask('a'))).toBe('unavailable')),
      );
      openGate();
      expect(new Set((await Promise.all(inside)).map(text))).toEqual(new Set(['inside']));
    });

    test('what is published reaches every listener, by patterns too, in order', async () => {
      const heard: string[] = [];
      for (const pattern of ['live.one', 'live.*', 'live.>', 'live', 'live.two', 'live.one.more']) {
        serving.subscribe(pattern, ({ subject, payload }) =>
          heard.push(`${pattern} ${subject} ${text(payload)}`),
        );
      }
      await settled(serving);
      asking.publish('live.one', bytes('1'));
      asking.publish('live.one', bytes('2'));
      await until('both are heard', () => heard.length === 6);
      expect(heard.filter((line) => line.startsWith('live.one '))).toEqual([
        'live.one live.one 1',
        'live.one live.one 2',
      ]);
      expect(new Set(heard.filter((line) => line.endsWith(' 1')))).toEqual(
        new Set(['live.one live.one 1', 'live.* live.one 1', 'live.> live.one 1']),
      );
    });

    test('a listener that throws goes on listening, and its owner is told', async () => {
      const heard: string[] = [];
      serving.subscribe('a', ({ payload }) => {
        heard.push(text(payload));
        if (heard.length === 1) throw new TypeError('poison');
      });
      await settled(serving);
      asking.publish('a', bytes('1'));
      asking.publish('a', bytes('2'));
      await until('both are heard', () => heard.length === 2);
      expect(told).toMatchObject([{ error: { code: 'internal', message: 'poison' }, subject: 'a' }]);
    });

    test('a listener that fails later, being async, is told to its owner and ends no process', async () => {
      const fails = async () => {
        throw new TypeError('poison');
      };
      serving.subscribe('a', fails);
      await settled(serving);
      asking.publish('a', bytes('1'));
      await until('its owner is told', () => told.length > 0);
      expect(told).toMatchObject([{ error: { code: 'internal', message: 'poison' }, subject: 'a' }]);
    });

    test('who stops listening hears no more', async () => {
      const heard: string[] = [];
      const first = serving.subscribe('a', ({ payload }) => heard.push(`first ${text(payload)}`));
      serving.subscribe('a', ({ payload }) => heard.push(`second ${text(payload)}`));
      await first.stop();
      await first.stop();
      await settled(serving);
      asking.publish('a', bytes('1'));
      await until('the other hears it', () => heard.length > 0);
      expect(heard).toEqual(['second 1']);
    });

    test('who stops serving answers the request in hand and takes no other', async () => {
      const { promise: gate, resolve: openGate } = Promise.withResolvers<void>();
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
      const subscription = serving.serve('a', async (payload) => {
        begin();
        await gate;
        return payload;
      });
      await settled(serving);
      const inHand = ask('a', 'in hand');
      await begun;
      const stopped = subscription.stop();
      await settled(serving);
      expect(await codeOf(ask('a', 'late'))).toBe('unavailable');
      openGate();
      expect(text(await inHand)).toBe('in hand');
      await stopped;
    });

    test('an endpoint that closes answers the request in hand first', async () => {
      const { promise: gate, resolve: openGate } = Promise.withResolvers<void>();
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
      serving.serve('a', async (payload) => {
        begin();
        await gate;
        return payload;
      });
      await settled(serving);
      const inHand = ask('a', 'in hand');
      await begun;
      const closed = serving.close();
      openGate();
      expect(text(await inHand)).toBe('in hand');
      await closed;
      expect(serving.connected).toBe(false);
      expect(await codeOf(serving.request('a', bytes(''), { timeoutMs }))).toBe('unavailable');
      serving.publish('a', bytes(''));
      await serving.close();
    });

    test('[REP-4] a request under way fails when the connection goes, one while it is down at once', async () => {
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
      serving.serve('a', () => {
        begin();
        return end.promise;
      });
      await settled(serving);
      const underWay = codeOf(asking.request('a', bytes(''), { timeoutMs: 60_000 }));
      await begun;
      await bench.cut();
      expect(asking.connected).toBe(false);
      expect(await underWay).toBe('unavailable');
      expect(await codeOf(asking.request('a', bytes(''), { timeoutMs: 60_000 }))).toBe('unavailable');
    });

    test('[REP-3] hints while the connection is down are dropped; after it all goes on, and who asked is told', async () => {
      const heard: string[] = [];
      let connections = 0;
      serving.subscribe('hint', ({ payload }) => heard.push(text(payload)));
      serving.serve('a', async (payload) => payload);
      await settled(serving);
      const forget = serving.onConnected(() => {
        connections += 1;
      });
      await bench.cut();
      asking.publish('hint', bytes('while down'));
      serving.subscribe('later', ({ payload }) => heard.push(text(payload)));
      await bench.heal();
      expect(connections).toBe(1);
      await settled(serving);
      expect(text(await ask('a', 'again'))).toBe('again');
      asking.publish('hint', bytes('after'));
      asking.publish('later', bytes('subscribed while down'));
      await until('what came after is heard', () => heard.length === 2);
      expect(heard).toEqual(['after', 'subscribed while down']);

      forget();
      await bench.cut();
      await bench.heal();
      expect(connections).toBe(1);
    });
  });
}
