import { describe, expect, test } from 'vitest';
import type { LogId } from '../ids.ts';
import { isBehindLastWord } from './last-word.ts';

const [former, present, other] = ['former', 'present', 'other'] as [LogId, LogId, LogId];

describe('a library behind the last word of its ingest', () => {
  test('[LOG-1] one that read less of the log than it has told went back', () => {
    const lastWord = { logId: present, appliedSeq: 20 };
    expect(isBehindLastWord(lastWord, present, { logId: present, seq: 14 })).toBe(true);
    expect(isBehindLastWord(lastWord, present, null)).toBe(true);
  });

  test('[LOG-1] one that read as much or more did not, also when the log took a new id since', () => {
    const lastWord = { logId: former, appliedSeq: 20 };
    expect(isBehindLastWord(lastWord, present, { logId: former, seq: 20 })).toBe(false);
    expect(isBehindLastWord(lastWord, present, { logId: former, seq: 25 })).toBe(false);
    expect(isBehindLastWord(lastWord, present, { logId: present, seq: 3 })).toBe(false);
    expect(isBehindLastWord(null, present, null)).toBe(false);
  });

  test('[LOG-1] one that remembers another log than the two went back, as far as can be told', () => {
    const lastWord = { logId: former, appliedSeq: 20 };
    expect(isBehindLastWord(lastWord, present, { logId: other, seq: 99 })).toBe(true);
  });
});
