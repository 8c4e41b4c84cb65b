import { join } from 'node:path';
import type { PullRound } from '@shoal/core';
import { expect, test } from 'vitest';
import type { SyncLog } from '../log/sync-log.ts';
import { pullPage } from '../serve/pull-page.ts';
import { deviceB, makeEntry } from '../testing/make-entry.ts';
import { openTempLog, tempFolder } from '../testing/temp-log.ts';
import { runRound } from './run-round.ts';

const total = 1_000;

/**
 * The hazard: a link that is cut, or a process that ends, in the middle of catching up, and all of it travels again, so
 * that a device on a bad link never gets there. The method: 1,000 entries, a cut at given places, and a count of what
 * was sent.
 */
async function catchUp(options: {
  /** After how many entries the link is cut, each time anew. */
  readonly cutAt: readonly number[];
  /** What happens at a cut to those who were connected. */
  readonly atCut: 'nothing' | 'caller restarts' | 'server restarts';
}): Promise<{
  readonly sent: number;
  readonly rounds: number;
  readonly client: SyncLog;
  readonly server: SyncLog;
}> {
  const [serverPath, clientPath] = [join(tempFolder(), 'sync.db'), join(tempFolder(), 'sync.db')];
  let server = openTempLog(serverPath);
  let client = openTempLog(clientPath, deviceB);
  server.append(Array.from({ length: total }, (_, at) => makeEntry({ record: at, at: at + 1 })));
  const cuts = [...options.cutAt];
  let sent = 0;
  let rounds = 0;
  let round: PullRound | undefined;
  for (;;) {
    rounds += 1;
    const end = await runRound(
      {
        log: client,
        ask: async (request) => {
          if (sent >= (cuts[0] ?? Number.POSITIVE_INFINITY)) {
            cuts.shift();
            throw new Error('cut');
          }
          const page = pullPage(server, { ...request, limit: 100 });
          sent += page.entries.length;
          return page;
        },
        onPage: () => undefined,
      },
      round,
    );
    if (end.kind === 'finished') return { sent, rounds, client, server };
    if (end.kind !== 'cut') throw new Error(`the round was ${end.kind}`);
    round = end.round;
    if (options.atCut === 'caller restarts') {
      client.close();
      client = openTempLog(clientPath, deviceB);
      // What a process knew of its rounds ends with it.
      round = undefined;
    }
    if (options.atCut === 'server restarts') {
      server.close();
      server = openTempLog(serverPath);
    }
  }
}

test.each(['nothing', 'caller restarts', 'server restarts'] as const)(
  '[S0-47] [S4-18] [REP-2] 1,000 changes cut at 500 go on with 501: at the cut %s',
  async (atCut) => {
    const { sent, rounds, client, server } = await catchUp({ cutAt: [500], atCut });
    expect({ sent, rounds }).toEqual({ sent: total, rounds: 2 });
    expect(client.have).toEqual(server.have);
    expect(client.entries.count()).toBe(total);
  },
);

test('[S0-47] [REP-2] cut at every page, and restarted each time, a device has everything after as many pages', async () => {
  const cutAt = [100, 200, 300, 400, 500, 600, 700, 800, 900];
  const { sent, rounds, client, server } = await catchUp({ cutAt, atCut: 'caller restarts' });
  expect({ sent, rounds }).toEqual({ sent: total, rounds: cutAt.length + 1 });
  expect(client.have).toEqual(server.have);
});
