import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeviceId, type LogId, lifeId, type StreamId } from '../ids.ts';
import { emptyVector, mergeVectors, type Vector } from '../log/vector.ts';
import { planLive } from './live.ts';
import { openRound, type PullRound, type RoundPage, roundAsks, stepRound } from './pull-round.ts';
import {
  appendPaper,
  compactPaper,
  holesOf,
  openPaperLog,
  type PaperEntry,
  type PaperLog,
  servePaper,
  stateOf,
  storePaper,
} from './testing/paper-log.ts';

const logsMax = 3;
const which = fc.nat(logsMax - 1);
const steps = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      at: which,
      record: fc.nat(2),
      hasSeen: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('live' as const), to: which, pick: fc.nat() }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('page' as const),
      to: which,
      from: which,
      limit: fc.integer({ min: 1, max: 3 }),
      fault: fc.constantFrom('none', 'none', 'none', 'lost', 'storing', 'damaged'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('compact' as const), at: which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), at: which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('copy' as const), at: which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('go back' as const), at: which }) },
);
type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never;

interface World {
  readonly logs: PaperLog[];
  readonly copies: (PaperLog | undefined)[];
  readonly rounds: Map<string, PullRound>;
  readonly everything: PaperEntry[];
  lives: number;
  ms: number;
}

function openWorld(): World {
  const world: World = {
    logs: [],
    copies: [],
    rounds: new Map(),
    everything: [],
    lives: 0,
    ms: 0,
  };
  for (let at = 0; at < logsMax; at += 1)
    world.logs.push(openPaperLog(`log ${at}` as LogId, nextStream(world)));
  return world;
}

function nextStream(world: World): StreamId {
  world.lives += 1;
  const device = '018f0000-0000-7000-8000-000000000001' as DeviceId;
  return lifeId<StreamId>(device, world.lives.toString(16).padStart(16, '0'));
}

function copyOf(log: PaperLog): PaperLog {
  return { ...log, rows: [...log.rows], hashes: [...log.hashes] };
}

function take(world: World, step: Step): void {
  switch (step.kind) {
    case 'append': {
      world.ms += 1;
      world.everything.push(appendPaper(world.logs[step.at]!, step.record, world.ms, step.hasSeen));
      return;
    }
    case 'live': {
      const entry = world.everything[step.pick % Math.max(1, world.everything.length)];
      const log = world.logs[step.to]!;
      if (entry !== undefined) storePaper(log, planLive(log.have, [entry]).take);
      return;
    }
    case 'page':
      if (step.to !== step.from) takePage(world, step);
      return;
    case 'compact':
      compactPaper(world.logs[step.at]!);
      return;
    case 'copy':
      world.copies[step.at] = copyOf(world.logs[step.at]!);
      return;
    case 'restart':
    case 'go back': {
      const copy = world.copies[step.at];
      if (step.kind === 'go back' && copy !== undefined) world.logs[step.at] = copyOf(copy);
      world.logs[step.at]!.stream = nextStream(world);
      for (const key of [...world.rounds.keys()]) if (key.startsWith(`${step.at}`)) world.rounds.delete(key);
      return;
    }
  }
}

function takePage(world: World, step: Step & { kind: 'page' }): void {
  const key = `${step.to}<${step.from}`;
  const client = world.logs[step.to]!;
  const round = world.rounds.get(key) ?? openRound(client.logId);
  const asks = roundAsks(round);
  if (asks === null || step.fault === 'lost') {
    world.rounds.set(key, stepRound(round, { kind: 'cut' }));
    return;
  }
  const { page, entries } = servePaper(world.logs[step.from]!, {
    ...asks,
    have: client.have,
    limit: step.limit,
  });
  let next = stepRound(round, { kind: 'page', page });
  if (next.kind === 'storing' && step.fault === 'storing') next = stepRound(next, { kind: 'cut' });
  if (next.kind === 'storing') {
    const kept = step.fault === 'damaged' ? entries.slice(1) : entries;
    storePaper(client, kept);
    const hasRefused = kept.length < entries.length;
    next = stepRound(next, { kind: 'stored', ownLogId: client.logId, hasRefused });
  }
  if (next.kind === 'finished') client.have = mergeVectors(client.have, next.claim);
  const isOver = next.kind === 'finished' || next.kind === 'abandoned';
  if (isOver) world.rounds.delete(key);
  else world.rounds.set(key, next);
}

function settle(world: World): void {
  for (let turn = 0; turn < logsMax; turn += 1) {
    for (let to = 0; to < logsMax; to += 1) {
      for (let from = 0; from < logsMax; from += 1) {
        if (to === from) continue;
        const page = { kind: 'page', to, from, limit: 2, fault: 'none' } as const;
        do takePage(world, page);
        while (world.rounds.has(`${to}<${from}`));
      }
    }
  }
}

describe('pull round', () => {
  it('[LOG-2] no loss, doubling, delay, damage, compaction or going back ever makes a log claim what it lacks', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 60 }), (history) => {
        const world = openWorld();
        for (const step of history) {
          take(world, step);
          for (const log of world.logs) expect(holesOf(log, world.everything)).toEqual([]);
        }
        settle(world);
        for (const log of world.logs) {
          expect(holesOf(log, world.everything)).toEqual([]);
          expect(stateOf(log)).toEqual(stateOf(world.logs[0]!));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('[REP-2] a server that goes back in the middle of a round makes nobody claim what was forgotten', () => {
    // The hazard: the token names a seq that the server gave a second time, to something else; or the prefix is the
    // same, but what the server claimed at the start, or what let it compact that prefix, is forgotten.
    const server = 1;
    const append = (record: number, hasSeen: boolean): Step => ({
      kind: 'append',
      at: server,
      record,
      hasSeen,
    });
    const page: Step = { kind: 'page', to: 0, from: server, limit: 1, fault: 'none' };
    const compact: Step = { kind: 'compact', at: server };
    const copy: Step = { kind: 'copy', at: server };
    const goBack: Step = { kind: 'go back', at: server };
    const forgetsWhatSuperseded = [
      append(0, false),
      append(1, false),
      copy,
      append(0, true),
      compact,
      page,
      goBack,
      page,
    ];
    const rare = fc.constantFrom(
      append(0, false),
      append(1, false),
      page,
      page,
      append(0, true),
      compact,
      copy,
      goBack,
    );
    fc.assert(
      fc.property(fc.array(rare, { minLength: 8, maxLength: 30 }), (history) => {
        const world = openWorld();
        for (const step of history) {
          take(world, step);
          for (const log of world.logs) expect(holesOf(log, world.everything)).toEqual([]);
        }
      }),
      { numRuns: 3_000, examples: [[forgetsWhatSuperseded]] },
    );
  });

  const ownLogId = 'own' as LogId;
  const stream = lifeId<StreamId>('018f0000-0000-7000-8000-000000000001' as DeviceId, 'a'.repeat(16));
  const noted: Vector = new Map([[stream, 5]]);
  const page = (fields: Partial<RoundPage>): RoundPage => ({
    logId: 'server' as LogId,
    isFirst: false,
    have: emptyVector,
    after: { seq: 1, proof: 'x' },
    isTail: false,
    ...fields,
  });
  const stored = { kind: 'stored', ownLogId, hasRefused: false } as const;
  const taken = (round: PullRound, fields: Partial<RoundPage>) =>
    stepRound(stepRound(round, { kind: 'page', page: page(fields) }), stored);

  it('[REP-2] the vector noted at the start is claimed after the tail was stored, not before', () => {
    const reading = taken(openRound(ownLogId), { isFirst: true, have: noted });
    expect(reading.kind).toBe('reading');
    const later: Vector = new Map([[stream, 9]]);
    const storing = stepRound(reading, {
      kind: 'page',
      page: page({ isTail: true, have: later, after: { seq: 7, proof: 'y' } }),
    });
    expect(storing.kind).toBe('storing');
    expect(stepRound(storing, stored)).toEqual({
      kind: 'finished',
      ownLogId,
      claim: noted,
      hasRefused: false,
    });
  });

  it('[REP-2] what the server no longer claims at the tail is not claimed', () => {
    const reading = taken(openRound(ownLogId), { isFirst: true, have: noted });
    const after = taken(reading, { isTail: true, have: new Map([[stream, 3]]) });
    expect(after).toMatchObject({ kind: 'finished', claim: new Map([[stream, 3]]) });
  });

  it('[REP-2] a cut round goes on from its token', () => {
    const reading = taken(openRound(ownLogId), {
      isFirst: true,
      have: noted,
      after: { seq: 4, proof: 'h4' },
    });
    expect(stepRound(reading, { kind: 'cut' })).toBe(reading);
    expect(roundAsks(reading)).toEqual({ token: { logId: 'server', seq: 4, proof: 'h4' } });
    const storing = stepRound(reading, { kind: 'page', page: page({ after: { seq: 6, proof: 'h6' } }) });
    expect(stepRound(storing, { kind: 'cut' })).toBe(reading);
  });

  it('[REP-2] a server that starts anew brings another vector to note', () => {
    const reading = taken(openRound(ownLogId), { isFirst: true, have: noted });
    const anew = taken(reading, { isFirst: true, logId: 'other' as LogId, isTail: true });
    expect(anew).toEqual({ kind: 'finished', ownLogId, claim: emptyVector, hasRefused: false });
  });

  it('[REP-2] a round ends without a claim when our own log was replaced meanwhile', () => {
    const storing = stepRound(openRound(ownLogId), {
      kind: 'page',
      page: page({ isFirst: true, isTail: true }),
    });
    const after = stepRound(storing, { ...stored, ownLogId: 'new' as LogId });
    expect(after).toEqual({ kind: 'abandoned', reason: 'own-log-replaced' });
  });

  it('[LOG-1] a round in which an entry was refused claims nothing', () => {
    const storing = stepRound(openRound(ownLogId), {
      kind: 'page',
      page: page({ isFirst: true, isTail: true, have: noted }),
    });
    const after = stepRound(storing, { ...stored, hasRefused: true });
    expect(after).toEqual({ kind: 'finished', ownLogId, claim: emptyVector, hasRefused: true });
  });

  it('[REP-2] a page of another log, or one behind a beginning that never came, ends the round', () => {
    const reading = taken(openRound(ownLogId), { isFirst: true });
    const foreign = page({ logId: 'other' as LogId, after: { seq: 2, proof: 'h' } });
    const lost = { kind: 'abandoned', reason: 'no-way' };
    expect(stepRound(reading, { kind: 'page', page: foreign })).toEqual(lost);
    expect(stepRound(openRound(ownLogId), { kind: 'page', page: page({}) })).toEqual(lost);
  });

  it('[REP-2] [LOG-1] what a round may claim is claimed at once or never: our log may be another one when it goes on', () => {
    const first = page({ isFirst: true, isTail: true, have: noted });
    const finished = stepRound(stepRound(openRound(ownLogId), { kind: 'page', page: first }), stored);
    expect(finished.kind).toBe('finished');
    const cut = stepRound(finished, { kind: 'cut' });
    expect(cut).toEqual(openRound(ownLogId));
    const anew = stepRound(cut, { kind: 'page', page: first });
    const after = stepRound(anew, { ...stored, ownLogId: 'new' as LogId });
    expect(after).toEqual({ kind: 'abandoned', reason: 'own-log-replaced' });
  });

  it('[REP-2] what does not belong to where a round stands leaves it as it is', () => {
    const first = page({ isFirst: true, isTail: true, have: noted });
    const storing = stepRound(openRound(ownLogId), { kind: 'page', page: first });
    expect(stepRound(storing, { kind: 'page', page: first })).toBe(storing);
    const finished = stepRound(storing, stored);
    expect(stepRound(finished, { kind: 'page', page: first })).toBe(finished);
    for (const round of [storing, finished]) expect(roundAsks(round)).toBeNull();
  });

  it('[REP-4] a server whose pages make no way does not hold the round', () => {
    const reading = taken(openRound(ownLogId), { isFirst: true, after: { seq: 3, proof: 'h' } });
    const same = stepRound(reading, { kind: 'page', page: page({ after: { seq: 3, proof: 'h' } }) });
    expect(same).toEqual({ kind: 'abandoned', reason: 'no-way' });
    let round: PullRound = openRound(ownLogId);
    for (let turn = 0; turn < 10 && round.kind !== 'abandoned'; turn += 1)
      round = taken(round, { isFirst: true });
    expect(round.kind).toBe('abandoned');
  });
});
