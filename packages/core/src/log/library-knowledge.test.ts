import { describe, expect, test } from 'vitest';
import { type DeviceId, type LogId, lifeId, type StreamId } from '../ids.ts';
import {
  isKnownAsAppended,
  knownAfterHearingAppend,
  knownAfterLibraryWentBack,
  knownAfterLogWentBack,
  knownAfterRenewal,
  nothingKnown,
} from './library-knowledge.ts';

const device = '018f0000-0000-7000-8000-000000000001' as DeviceId;
const [first, second, theirs] = ['a', 'b', 'c'].map((digit) =>
  lifeId<StreamId>(device, digit.repeat(16)),
) as [StreamId, StreamId, StreamId];
const lives = [
  { life: first, startSeq: 0 },
  { life: second, startSeq: 4 },
];
const [present, former] = ['present', 'former'] as [LogId, LogId];
const log = { logId: present, headSeq: 9 };
const sighting = (logId: LogId, seq: number) => ({ logId, life: second, seq });

describe('what a log remembers of its library', () => {
  test('[LOG-1] what was applied before a new id stays known, up to what ingest had passed over', () => {
    const known = knownAfterRenewal(nothingKnown, { appliedSeq: 7, firstException: 5 });
    expect(known.knownSeq).toBe(4);
    const none = Number.POSITIVE_INFINITY;
    expect(knownAfterRenewal(known, { appliedSeq: 7, firstException: none }).knownSeq).toBe(7);
    expect(knownAfterRenewal(known, { appliedSeq: 0, firstException: none }).knownSeq).toBe(4);
  });

  test('[LOG-1] what was appended is known, whichever start it was in, and what came from elsewhere is not', () => {
    const isKnown = (stream: StreamId) => isKnownAsAppended(nothingKnown, lives, { stream, seq: 3 });
    expect([first, second, theirs].map(isKnown)).toEqual([true, true, false]);
  });

  test('[LOG-1] [REP-6] once one of the two went back only what is appended behind that is known', () => {
    const known = knownAfterLogWentBack(nothingKnown, 6);
    const isKnown = (stream: StreamId, seq: number) => isKnownAsAppended(known, lives, { stream, seq });
    expect([isKnown(second, 6), isKnown(second, 7), isKnown(first, 7)]).toEqual([false, true, false]);
    expect(knownAfterLogWentBack(nothingKnown, 0).forgottenSeq).toBe(1);
  });

  test('[LOG-1] [REP-6] a library that read less than it has told went back; what it had applied is not known any more', () => {
    const known = { ...nothingKnown, lastWord: { logId: present, appliedSeq: 8 }, knownSeq: 6 };
    expect(knownAfterLibraryWentBack(known, log, sighting(present, 8))).toBeNull();
    expect(knownAfterLibraryWentBack(known, log, sighting(present, 5))).toEqual({
      ...nothingKnown,
      lastWord: { logId: present, appliedSeq: 5 },
      knownSeq: 5,
      forgottenSeq: 9,
    });
    expect(knownAfterLibraryWentBack(known, log, sighting(former, 5))?.knownSeq).toBe(0);
    expect(knownAfterLibraryWentBack(known, { ...log, headSeq: 0 }, null)).toEqual({
      ...nothingKnown,
      forgottenSeq: 1,
    });
    expect(knownAfterLibraryWentBack(nothingKnown, log, null)).toBeNull();
  });

  test('[LOG-1] [REP-6] a library that says less than it has appended went back, also where it had read nothing', () => {
    const known = { ...nothingKnown, lastAppend: { logId: former, seq: 8 } };
    expect(knownAfterHearingAppend(known, 9, sighting(former, 8))).toBeNull();
    expect(knownAfterHearingAppend(known, 9, sighting(former, 9))).toBeNull();
    const forgotten = (lastAppend: typeof known.lastAppend | null) => ({
      ...known,
      forgottenSeq: 9,
      lastAppend,
    });
    expect(knownAfterHearingAppend(known, 9, sighting(former, 7))).toEqual(
      forgotten({ logId: former, seq: 7 }),
    );
    expect(knownAfterHearingAppend(known, 9, sighting(present, 9))).toEqual(
      forgotten({ logId: present, seq: 9 }),
    );
    expect(knownAfterHearingAppend(known, 9, null)).toEqual(forgotten(null));
    expect(knownAfterHearingAppend(nothingKnown, 9, null)).toBeNull();
  });
});
