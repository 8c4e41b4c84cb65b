import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeviceId, type LogId, lifeId, type StreamId } from '../ids.ts';
import { confirmsSighting, type LogLife, type LogSighting } from './sighting.ts';

interface File {
  readonly lives: readonly LogLife[];
  /** What stands at seq 1, 2, 3 …; no two changes are alike. */
  readonly content: readonly number[];
}

const steps = fc.constantFrom('append', 'append', 'append', 'restart', 'copy', 'put back', 'see');
const logId = 'log' as LogId;
const lifeOf = (n: number) =>
  lifeId<StreamId>('018f0000-0000-7000-8000-000000000001' as DeviceId, n.toString(16).padStart(16, '0'));

/** Walks a history, and after each step hands over the file and all that was ever seen of it. */
function walk(
  history: readonly string[],
  check: (file: File, seen: readonly { sighting: LogSighting; content: readonly number[] }[]) => void,
): void {
  let lives = 0;
  let changes = 0;
  const restarted = (file: File): File => {
    lives += 1;
    return { ...file, lives: [...file.lives, { life: lifeOf(lives), startSeq: file.content.length }] };
  };
  let file = restarted({ lives: [], content: [] });
  let copy = file;
  const seen: { sighting: LogSighting; content: readonly number[] }[] = [];
  for (const step of history) {
    if (step === 'append') {
      changes += 1;
      file = { ...file, content: [...file.content, changes] };
    }
    if (step === 'restart') file = restarted(file);
    if (step === 'copy') copy = file;
    if (step === 'put back') file = restarted(copy);
    if (step === 'see') {
      const sighting = { logId, life: file.lives.at(-1)!.life, seq: file.content.length };
      seen.push({ sighting, content: file.content });
    }
    check(file, seen);
  }
}

describe('sighting', () => {
  it('[REP-6] a log confirms nothing that it does not have, however often it was put back from copies', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 40 }), (history) => {
        walk(history, ({ lives, content }, seen) => {
          for (const { sighting, content: then } of seen) {
            const isConfirmed = confirmsSighting(lives, content.length, sighting);
            if (isConfirmed) expect(content.slice(0, sighting.seq)).toEqual(then);
          }
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it('[REP-6] a log that was never put back confirms all that was seen of it', () => {
    const honest = fc.constantFrom('append', 'append', 'restart', 'see');
    fc.assert(
      fc.property(fc.array(honest, { maxLength: 40 }), (history) => {
        walk(history, ({ lives, content }, seen) => {
          for (const { sighting } of seen)
            expect(confirmsSighting(lives, content.length, sighting)).toBe(true);
        });
      }),
    );
  });

  it('[REP-6] a log that gave the same numbers again is found out by its life, not by its head', () => {
    const lives = [
      { life: lifeOf(1), startSeq: 0 },
      { life: lifeOf(3), startSeq: 5 },
    ];
    const confirms = (life: number, seq: number) =>
      confirmsSighting(lives, 20, { logId, life: lifeOf(life), seq });
    expect([confirms(1, 5), confirms(1, 6), confirms(2, 1), confirms(3, 20), confirms(3, 21)]).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
  });
});
