import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatHlc } from '../clock/hlc.ts';
import { type DeviceId, deviceOf, type LogId, lifeId, type ReplicaId, type StreamId } from '../ids.ts';
import { includes, type Version } from '../record/version.ts';
import {
  type Ack,
  type AdmissionCandidate,
  admittedByAcks,
  isAckUsable,
  isAdmittedByIngest,
  newlyAcked,
} from './admission.ts';
import type { StreamPosition } from './vector.ts';

const devices = [1, 2, 3].map((n) => `018f0000-0000-7000-8000-00000000000${n}` as DeviceId);
const [a, b] = devices as [DeviceId, DeviceId];
const streamOf = (device: DeviceId) => lifeId<StreamId>(device, 'a'.repeat(16));
const version = (...stamps: [DeviceId, number][]): Version =>
  new Map(stamps.map(([device, ms]) => [lifeId<ReplicaId>(device, 'b'.repeat(16)), formatHlc(ms, 0)]));
const at = (device: DeviceId, originSeq: number) => ({ stream: streamOf(device), originSeq });
const ackOf = (
  device: DeviceId,
  applied: readonly [DeviceId, number][],
  ...exceptions: readonly StreamPosition[]
): Ack => ({
  device,
  logId: 'log' as LogId,
  stream: streamOf(device),
  originSeq: 0,
  applied: new Map(applied.map(([of, originSeq]) => [streamOf(of), originSeq])),
  exceptions,
});

const someDevice = fc.constantFrom(...devices);
const somePosition = fc.record({
  stream: someDevice.map(streamOf),
  originSeq: fc.integer({ min: 1, max: 4 }),
});
const someVersion = fc.array(fc.tuple(someDevice, fc.integer({ min: 1, max: 4 })), {
  minLength: 1,
  maxLength: 3,
});
const someEntries: fc.Arbitrary<AdmissionCandidate[]> = fc
  .uniqueArray(somePosition, {
    selector: ({ stream, originSeq }) => `${stream} ${originSeq}`,
    maxLength: 6,
  })
  .chain((positions) =>
    fc.tuple(
      ...positions.map((position) =>
        someVersion.map((stamps) => ({ ...position, version: version(...stamps) })),
      ),
    ),
  );
const someAck = fc
  .tuple(someDevice, fc.array(fc.tuple(someDevice, fc.nat(4))), fc.array(somePosition, { maxLength: 3 }))
  .map(([device, applied, exceptions]) => ackOf(device, applied, ...exceptions));

describe('admission', () => {
  it('[LOG-3] on a device an entry counts once ingest has applied it, and did not pass over it', () => {
    expect(isAdmittedByIngest({ seq: 3, isPassedOver: false }, 3)).toBe(true);
    expect(isAdmittedByIngest({ seq: 4, isPassedOver: false }, 3)).toBe(false);
    expect(isAdmittedByIngest({ seq: 3, isPassedOver: true }, 3)).toBe(false);
  });

  it('[LOG-3] on a hub an entry counts only by the word of a member that covers it and is not its author', () => {
    fc.assert(
      fc.property(someEntries, fc.array(someAck, { maxLength: 3 }), (entries, acks) => {
        const admitted = admittedByAcks(entries, acks);
        for (const { stream, originSeq } of admitted) {
          const speaks = ({ device, applied }: Ack) =>
            device !== deviceOf(stream) && (applied.get(stream) ?? 0) >= originSeq;
          expect(acks.some(speaks)).toBe(true);
        }
      }),
    );
  });

  it('[LOG-3] what a member passed over counts by others’ word only, and so does what is included in it', () => {
    fc.assert(
      fc.property(someEntries, someAck, (entries, ack) => {
        const passedOver = entries.filter((entry) =>
          ack.exceptions.some((each) => each.stream === entry.stream && each.originSeq === entry.originSeq),
        );
        for (const entry of admittedByAcks(entries, [ack])) {
          expect(passedOver.some((each) => includes(each.version, entry.version))).toBe(false);
        }
      }),
    );
  });

  it('[LOG-3] every ack can only add to what counts', () => {
    fc.assert(
      fc.property(someEntries, fc.array(someAck, { maxLength: 2 }), someAck, (entries, acks, more) => {
        const before = admittedByAcks(entries, acks);
        const after = admittedByAcks(entries, [...acks, more]);
        expect([...before].every((entry) => after.has(entry))).toBe(true);
      }),
    );
  });

  it('[LOG-3] an entry that others had superseded for the member does not count by what replaced it and was passed over', () => {
    // A wrote twice what nobody can open; its own log let the first go for the second, so B met the second only.
    const [first, second] = [
      { ...at(a, 2), version: version([a, 2]) },
      { ...at(a, 3), version: version([a, 3]) },
    ] as const;
    const ack = ackOf(b, [[a, 3]], at(a, 3));
    expect(admittedByAcks([first, second], [ack])).toEqual(new Set());
    expect(admittedByAcks([first, second], [ackOf(b, [[a, 3]])])).toEqual(new Set([first, second]));
  });

  it('[LOG-3] an ack that passes over what the hub does not have is of no use yet', () => {
    const ack = ackOf(b, [[a, 3]], at(a, 3));
    expect(isAckUsable(ack, new Map([[streamOf(a), 2]]))).toBe(false);
    expect(isAckUsable(ack, new Map([[streamOf(a), 3]]))).toBe(true);
  });

  it('[LOG-3] by the first ack of a member everything that it covers counts newly', () => {
    expect(newlyAcked(undefined, ackOf(b, [[a, 3]], at(a, 2)))).toEqual(new Map([[streamOf(a), 0]]));
  });

  it('[LOG-3] the difference of two acks names what counts by the second and not by the first', () => {
    fc.assert(
      fc.property(someEntries, someAck, someAck, (entries, one, other) => {
        const [before, ack] = [one, { ...other, device: one.device }];
        const behind = newlyAcked(before, ack);
        const known = admittedByAcks(entries, [before]);
        const isNew = (entry: AdmissionCandidate) => entry.originSeq > (behind.get(entry.stream) ?? Infinity);
        const lost = new Set(before.exceptions.map(({ stream, originSeq }) => `${stream} ${originSeq}`));
        for (const entry of admittedByAcks(entries, [ack])) {
          if (known.has(entry) || isNew(entry)) continue;
          // It counts now because what includes it is not passed over any more: that one is named.
          const cause = entries.filter(
            (each) => lost.has(`${each.stream} ${each.originSeq}`) && includes(each.version, entry.version),
          );
          expect(cause.some(isNew)).toBe(true);
        }
      }),
    );
  });
});
