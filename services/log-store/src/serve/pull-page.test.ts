import { join } from 'node:path';
import { limits, roundAsks } from '@shoal/core';
import { lifeToBytes, type PullRequest, uuidToBytes, vectorToWire } from '@shoal/proto';
import { describe, expect, it } from 'vitest';
import type { SyncLog } from '../log/sync-log.ts';
import { runRound } from '../replicate/run-round.ts';
import { deviceB, library, makeEntry } from '../testing/make-entry.ts';
import { openTempLog, tempFolder } from '../testing/temp-log.ts';
import { pullPage } from './pull-page.ts';
import { readPage } from './read-page.ts';

const fill = (log: SyncLog, count: number, from = 1, payloadBytes = 64) => {
  for (let at = 0; at < count; at += 500) {
    const size = Math.min(500, count - at);
    const group = Array.from({ length: size }, (_, n) =>
      makeEntry({ record: from + at + n, at: from + at + n, payloadBytes }),
    );
    log.append(group);
  }
};
const first = (fields: Partial<PullRequest> = {}): PullRequest => ({
  libraryId: uuidToBytes(library),
  have: [],
  afterSeq: 0,
  logId: '',
  limit: 0,
  afterProof: Buffer.alloc(0),
  ...fields,
});
const round = (server: SyncLog, client: SyncLog, limit: number) => {
  const sizes: number[] = [];
  const ask = async (request: PullRequest) => {
    const reply = pullPage(server, { ...request, limit });
    sizes.push(reply.entries.length);
    return reply;
  };
  return runRound({ log: client, ask, onPage: () => undefined }).then((end) => ({ end, sizes }));
};

describe('pull page', () => {
  it('[REP-1] a round brings every entry beyond the caller, page by page, and then its vector', async () => {
    const server = openTempLog();
    const client = openTempLog(undefined, deviceB);
    fill(server, 25);
    const { end, sizes } = await round(server, client, 10);
    expect(end).toEqual({ kind: 'finished', hasBrought: true, hasRefused: false });
    expect(sizes).toEqual([10, 10, 5]);
    expect(client.have).toEqual(server.have);
    fill(server, 1, 100);
    expect((await round(server, client, 10)).sizes).toEqual([1]);
    expect((await round(server, client, 10)).end).toMatchObject({ hasBrought: false });
  });

  it('[S0-23] [REP-1] a page has at most the limit, in order, and says the latest seq and whether there is more', () => {
    const server = openTempLog();
    fill(server, 5);
    const seqsOf = (page: ReturnType<typeof pullPage>) =>
      page.entries.map(({ position }) => position?.originSeq);
    const one = pullPage(server, first({ limit: 2 }));
    expect(seqsOf(one)).toEqual([1, 2]);
    expect(one).toMatchObject({ latestSeq: 5, done: false, firstPage: true, afterSeq: 2 });
    const { logId, afterSeq, afterProof } = one;
    const two = pullPage(server, first({ limit: 2, logId, afterSeq, afterProof }));
    expect(seqsOf(two)).toEqual([3, 4]);
    expect(two).toMatchObject({ latestSeq: 5, done: false, firstPage: false });
    const rest = pullPage(server, first({ have: [{ stream: lifeToBytes(server.life), originSeq: 4 }] }));
    expect(seqsOf(rest)).toEqual([5]);
    expect(rest).toMatchObject({ latestSeq: 5, done: true });
  });

  it('[REP-1] a caller that lacks much is served by walking through the log, in bounded pages', async () => {
    const server = openTempLog();
    const client = openTempLog(undefined, deviceB);
    fill(server, 6 * limits.batchEntriesMax);
    const { sizes } = await round(server, client, 0);
    expect(sizes.reduce((a, b) => a + b)).toBe(6 * limits.batchEntriesMax);
    expect(client.have).toEqual(server.have);
    expect(client.count).toBe(server.count);
  });

  it('[SEC-5] a page stays within what a message carries', () => {
    const server = openTempLog();
    fill(server, 20, 1, 100 * 1024);
    const { entries, done } = pullPage(server, first());
    const bytes = entries.reduce((sum, { sealed }) => sum + sealed.length, 0);
    expect(bytes).toBeLessThan(limits.messageBytesMax);
    expect(bytes).toBeGreaterThan(limits.messageBytesMax / 2);
    expect(done).toBe(false);
  });

  it('[REP-2] a token that the log cannot confirm starts the round anew, with its vector', () => {
    const server = openTempLog();
    fill(server, 5);
    const page = pullPage(server, first({ limit: 2 }));
    expect(page).toMatchObject({ firstPage: true, afterSeq: 2, done: false });
    const next = (fields: Partial<PullRequest>) =>
      pullPage(server, first({ limit: 2, logId: server.logId, afterSeq: 2, ...fields }));
    expect(next({ afterProof: page.afterProof })).toMatchObject({ firstPage: false, afterSeq: 4, have: [] });
    const wrong = [
      {},
      { afterProof: page.afterProof, afterSeq: 3 },
      { afterProof: page.afterProof, afterSeq: 99 },
      { afterProof: page.afterProof, logId: 'other' },
    ];
    for (const fields of wrong) {
      expect(next(fields)).toMatchObject({
        firstPage: true,
        afterSeq: 2,
        have: vectorToWire(server.have),
      });
    }
  });

  it('[REP-2] a round that was cut goes on where it stood', async () => {
    const server = openTempLog();
    const client = openTempLog(undefined, deviceB);
    fill(server, 6);
    const asked: number[] = [];
    let isCut = false;
    const ask = async (request: PullRequest) => {
      if (asked.length === 2 && !isCut) {
        isCut = true;
        throw new Error('cut');
      }
      asked.push(request.afterSeq);
      return pullPage(server, { ...request, limit: 2 });
    };
    const onPage = () => undefined;
    const cut = await runRound({ log: client, ask, onPage });
    if (cut.kind !== 'cut') throw new Error(`the round was ${cut.kind}`);
    expect(roundAsks(cut.round)?.token?.seq).toBe(4);
    expect(client.have).toEqual(new Map([[server.life, 4]]));
    await runRound({ log: client, ask, onPage }, cut.round);
    expect(asked).toEqual([0, 2, 4]);
    expect(client.have).toEqual(server.have);
  });

  it('[REP-2] a server that was restarted in the middle of a round starts it anew', async () => {
    const path = join(tempFolder(), 'sync.db');
    let server = openTempLog(path);
    const client = openTempLog(undefined, deviceB);
    fill(server, 4);
    const firstPages: boolean[] = [];
    const ask = async (request: PullRequest) => {
      const reply = pullPage(server, { ...request, limit: 2 });
      firstPages.push(reply.firstPage);
      if (firstPages.length === 1) {
        server.close();
        server = openTempLog(path);
      }
      return reply;
    };
    await runRound({ log: client, ask, onPage: () => undefined });
    // The request that met the new server was sent before the first page was stored, so that page comes again.
    expect(firstPages).toEqual([true, true, false]);
    expect(client.have).toEqual(server.have);
  });

  it('[LOG-1] a damaged entry is neither stored nor claimed, and a whole copy of it is taken later', async () => {
    const server = openTempLog();
    const client = openTempLog(undefined, deviceB);
    fill(server, 4);
    const end = await runRound({
      log: client,
      ask: async (request) => {
        const page = pullPage(server, request);
        const entries = page.entries.map((entry, at) =>
          at === 1 ? { ...entry, header: Buffer.from('damaged') } : entry,
        );
        return { ...page, entries };
      },
      onPage: () => undefined,
    });
    expect(end).toMatchObject({ kind: 'finished', hasRefused: true });
    expect(client.count).toBe(3);
    expect(client.have).toEqual(new Map([[server.life, 1]]));
    await round(server, client, 0);
    expect(client.have).toEqual(server.have);
    expect(client.count).toBe(4);
  });
});

describe('read page', () => {
  const read = (log: SyncLog, fromSeq: number, limit = 0, logId = '') =>
    readPage(log, { libraryId: uuidToBytes(library), logId, fromSeq, limit });

  it('[REP-1] ingest reads on by seq, and a reader of another log is sent to the beginning', () => {
    const log = openTempLog();
    fill(log, 5);
    const page = read(log, 1, 3);
    expect(page.entries.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(page).toMatchObject({ nextSeq: 4, headSeq: 5 });
    expect(read(log, page.nextSeq)).toMatchObject({ nextSeq: 6, headSeq: 5 });
    expect(read(log, 6).entries).toEqual([]);
    expect(read(log, 4, 0, 'another')).toMatchObject({ entries: [], nextSeq: 1, logId: log.logId });
  });

  it('[REP-8] what is not readable whole is not read', () => {
    const theirs = openTempLog(undefined, deviceB);
    const group = theirs.append(
      [1, 2, 3].map((record) => makeEntry({ record, at: record, device: deviceB })),
    );
    const log = openTempLog();
    fill(log, 1, 50);
    log.store(group.slice(0, 2));
    expect(read(log, 1)).toMatchObject({ nextSeq: 2, headSeq: 1 });
    log.store(group);
    expect(read(log, 2).entries.length).toBe(3);
  });
});
