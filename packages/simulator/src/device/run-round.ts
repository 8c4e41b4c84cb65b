import { claimsAll, openRound, type PullRound, roundAsks, type Vector } from '@shoal/core';
import type { LogFile } from '../data/log-file.ts';
import type { PullRequest } from '../data/serve-pull.ts';
import { commits, committed } from './commits.ts';
import type { ReceivedReply } from './log-store-process.ts';
import type { Surroundings } from './surroundings.ts';

/** How a round ended. */
export type RoundEnd =
  | { readonly kind: 'finished'; readonly hasBrought: boolean }
  | { readonly kind: 'abandoned' }
  /** The round to go on with next time (REP-2). */
  | { readonly kind: 'cut'; readonly round: PullRound };

/** Runs a pull round with one peer: asks page by page, stores each, claims what the round allows (REP-1, REP-2). */
export function runRound(options: {
  readonly surroundings: Surroundings;
  readonly file: LogFile;
  readonly from: PullRound | undefined;
  readonly ask: (
    request: PullRequest,
    answer: { readonly done: (reply: ReceivedReply) => void; readonly failed: () => void },
  ) => void;
  /** What the server has, as it says. */
  readonly onHave: (have: Vector) => void;
  readonly onPage: (stored: number) => void;
  readonly onEnd: (end: RoundEnd) => void;
}): void {
  const { file, ask, onPage, onEnd, surroundings } = options;
  const { stepRound } = surroundings.parts;
  let round = options.from ?? openRound(file.content.logId);
  let hasBrought = false;
  next();

  function next(): void {
    const asks = roundAsks(round);
    if (asks === null) {
      finish();
      return;
    }
    // The newest vector, not that of the round's start: what came meanwhile need not come again.
    const request = { have: file.content.have, token: asks.token, limit: surroundings.sizes.pageEntries };
    ask(request, { done: take, failed: cut });
  }

  function take({ page, entries }: ReceivedReply): void {
    options.onHave(page.have);
    round = stepRound(round, { kind: 'page', page });
    if (round.kind !== 'storing') {
      finish();
      return;
    }
    const whole = entries.filter((entry) => entry !== null);
    const stored = committed(() => file.store(whole));
    if (stored === null) {
      cut();
      return;
    }
    hasBrought ||= stored > 0;
    const hasRefused = whole.length < entries.length;
    round = stepRound(round, { kind: 'stored', ownLogId: file.content.logId, hasRefused });
    onPage(stored);
    next();
  }

  function finish(): void {
    if (round.kind !== 'finished') {
      onEnd({ kind: 'abandoned' });
      return;
    }
    const { claim, hasRefused } = round;
    hasBrought ||= !claimsAll(file.content.have, claim);
    if (hasRefused || commits(() => file.claim(claim))) onEnd({ kind: 'finished', hasBrought });
    else cut();
  }

  function cut(): void {
    onEnd({ kind: 'cut', round: stepRound(round, { kind: 'cut' }) });
  }
}
