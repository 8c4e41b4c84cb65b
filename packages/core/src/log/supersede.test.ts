import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatHlc } from '../clock/hlc.ts';
import { type DeviceId, lifeId, type ReplicaId } from '../ids.ts';
import { limits } from '../limits.ts';
import { includes, type Version } from '../record/version.ts';
import { planSupersede, type SupersedeCandidate } from './supersede.ts';

const device = '018f0000-0000-7000-8000-000000000001' as DeviceId;
const replicas = ['a', 'b', 'c'].map((digit) => lifeId<ReplicaId>(device, digit.repeat(16)));
const [ra, rb] = replicas as [ReplicaId, ReplicaId];
const version = (...dots: [ReplicaId, number][]): Version =>
  new Map(dots.map(([replica, ms]) => [replica, formatHlc(ms, 0)]));

const versions: fc.Arbitrary<Version> = fc
  .array(fc.tuple(fc.constantFrom(...replicas), fc.integer({ min: 1, max: 4 })), {
    minLength: 1,
    maxLength: 3,
  })
  .map((dots) => version(...dots));
const logs: fc.Arbitrary<SupersedeCandidate[]> = fc
  .array(fc.record({ version: versions, isAdmitted: fc.boolean() }), { maxLength: 8 })
  .map((entries) => entries.map((entry, at) => ({ ...entry, seq: at + 1 })));

describe('supersede', () => {
  it('[LOG-3] whatever goes is wholly included in an admitted entry that stays', () => {
    fc.assert(
      fc.property(logs, (entries) => {
        const gone = new Set(planSupersede(entries, 'latest'));
        const staying = entries.filter((entry) => entry.isAdmitted && !gone.has(entry.seq));
        for (const entry of entries.filter((each) => gone.has(each.seq))) {
          expect(staying.some((by) => includes(by.version, entry.version))).toBe(true);
        }
      }),
    );
  });

  it('[LOG-3] superseding twice takes nothing more, and in two steps the same as in one', () => {
    fc.assert(
      fc.property(logs, fc.nat(8), (entries, cut) => {
        const once = (log: readonly SupersedeCandidate[]) => {
          const gone = new Set(planSupersede(log, 'latest'));
          return log.filter((entry) => !gone.has(entry.seq));
        };
        const whole = once(entries);
        expect(once(whole)).toEqual(whole);
        expect(once([...once(entries.slice(0, cut)), ...entries.slice(cut)])).toEqual(whole);
      }),
    );
  });

  it('[LOG-3] an entry that was not admitted removes nothing', () => {
    const entries = [
      { seq: 1, version: version([ra, 1]), isAdmitted: true },
      { seq: 2, version: version([ra, 2]), isAdmitted: false },
    ];
    expect(planSupersede(entries, 'latest')).toEqual([]);
  });

  it('[LOG-3] an entry goes only when its whole version is included, not its own dot alone', () => {
    const entries = [
      { seq: 1, version: version([ra, 1], [rb, 2]), isAdmitted: true },
      { seq: 2, version: version([rb, 3]), isAdmitted: true },
    ];
    expect(planSupersede(entries, 'latest')).toEqual([]);
  });

  it('[LOG-3] of two entries with equal versions the lower seq goes', () => {
    const entries = [1, 2].map((seq) => ({ seq, version: version([ra, 1]), isAdmitted: true }));
    expect(planSupersede(entries, 'latest')).toEqual([1]);
  });

  it('[LOG-3] a model that keeps its history loses only the oldest of what is superseded, past a number', () => {
    const edits = (count: number) =>
      Array.from({ length: count }, (_, at) => ({
        seq: at + 1,
        version: version([ra, at + 1]),
        isAdmitted: true,
      }));
    // The last one is in force, and no history.
    expect(planSupersede(edits(limits.historyEntriesMax + 1), 'kept')).toEqual([]);
    expect(planSupersede(edits(limits.historyEntriesMax + 3), 'kept').sort()).toEqual([1, 2]);
  });
  it('[LOG-3] [REP-6] of an operation that two libraries appended again one is history enough, if one counts', () => {
    const [old, next] = [version([ra, 1]), version([ra, 2])];
    const entry = (seq: number, of: Version, isAdmitted = true) => ({ seq, version: of, isAdmitted });
    const log = [entry(1, old), entry(2, old), entry(3, next), entry(4, next)];
    expect(planSupersede(log, 'kept').sort()).toEqual([1, 3]);
    expect(planSupersede([entry(1, old), entry(2, old, false), entry(3, next)], 'kept')).toEqual([]);
  });
});
