import {
  type DeviceId,
  type Dot,
  dotDevice,
  formatHlc,
  hlcMsEnd,
  type LibraryId,
  type ModelName,
  makeDot,
  type RecordId,
  type RecordState,
  type ReplicaId,
  type Sibling,
  type StreamId,
  slotOf,
  type Value,
  versionOf,
} from '@shoal/core';
import fc from 'fast-check';
import type { EntryPosition, Header } from '../entry.ts';

const uuid = fc.uuid().map((text) => text.toLowerCase());
const life = fc
  .tuple(uuid, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }))
  .map(([device, random]) => `${device}.${random.toString(16).padStart(16, '0')}`);
/** Few replicas, so that changes of one replica meet. */
const replicas = fc.uniqueArray(life, { minLength: 1, maxLength: 4 });
const ms = fc.oneof(fc.nat({ max: 5 }), fc.integer({ min: 0, max: hlcMsEnd - 1 }));
const counter = fc.oneof(fc.constantFrom(0, 1, 65_535), fc.nat({ max: 65_535 }));
const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,63}$/);
/** Fields, and parts of fields that are merged in parts (MRG-3). */
const slot = fc.oneof(
  name,
  fc.tuple(name, fc.json({ maxDepth: 1 })).map(([field, part]) => slotOf(field, part.slice(0, 100))),
);
const wellFormed = fc.string({ unit: 'grapheme', maxLength: 40 });

/** Values of every kind, with those that codecs get wrong. */
export const value: fc.Arbitrary<Value> = fc.oneof(
  fc.constantFrom<Value>(null, true, false, 0, -0, '', 2 ** 53 - 1, -(2 ** 53) + 1, 2 ** 53, 5e-324, 1.5),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  wellFormed,
  fc.uint8Array({ maxLength: 40 }),
  uuid,
);

function dotOf(replicaList: readonly string[]): fc.Arbitrary<Dot> {
  return fc
    .tuple(fc.constantFrom(...replicaList), ms, counter)
    .map(([replica, at, count]) => makeDot(formatHlc(at, count), replica as ReplicaId));
}

/** States as merging leaves them: siblings and deletes greatest first, all included in the version. */
export const state: fc.Arbitrary<RecordState> = replicas.chain((list) => {
  const dot = dotOf(list);
  // A few dots that many fields share, as writes make them.
  return fc.array(dot, { minLength: 1, maxLength: 3 }).chain((shared) => {
    const anyDot = fc.oneof(fc.constantFrom(...shared), dot);
    const siblings = fc
      .uniqueArray(fc.record({ dot: anyDot, value }), { minLength: 1, maxLength: 3, selector: (s) => s.dot })
      .map(descending);
    return fc
      .record({
        fields: fc.uniqueArray(fc.tuple(slot, siblings), { maxLength: 8, selector: ([field]) => field }),
        deletes: fc.uniqueArray(anyDot, { maxLength: 2 }),
        more: fc.array(dot, { maxLength: 2 }),
      })
      .map(({ fields, deletes, more }) => ({
        version: versionOf([
          ...fields.flatMap(([, list]) => list.map(({ dot }) => dot)),
          ...deletes,
          ...more,
          ...shared,
        ]),
        fields: new Map(fields),
        deletes: [...deletes].sort().reverse(),
      }));
  });
});

/** Headers with every field set to something. */
export const header: fc.Arbitrary<Header> = replicas.chain((list) =>
  fc.array(dotOf(list), { minLength: 1, maxLength: 5 }).chain((dots) =>
    fc.record({
      libraryId: uuid as fc.Arbitrary<LibraryId>,
      origin: fc.constant<DeviceId>(dotDevice(dots[0]!)),
      dot: fc.constant(dots[0]!),
      version: fc.constant(versionOf(dots)),
      domain: fc.constantFrom('index' as const, 'user-metadata' as const),
      model: name as fc.Arbitrary<string> as fc.Arbitrary<ModelName>,
      recordId: uuid as fc.Arbitrary<RecordId>,
      scope: fc.option(uuid),
      rank: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      change: fc.constantFrom('insert' as const, 'update' as const, 'delete' as const),
      schemaVersion: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
      syncReady: fc.boolean(),
      wallMs: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
      traceParent: fc.constantFrom('', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'),
      keyId: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    }),
  ),
);

/** Positions, some with a predecessor. */
export const position: fc.Arbitrary<EntryPosition> = fc
  .record({
    stream: life as fc.Arbitrary<string> as fc.Arbitrary<StreamId>,
    groupFirst: fc.integer({ min: 1, max: 2 ** 50 }),
    before: fc.nat({ max: 1000 }),
    after: fc.nat({ max: 1000 }),
    predecessor: fc.option(
      fc.record({
        stream: life as fc.Arbitrary<string> as fc.Arbitrary<StreamId>,
        lastOriginSeq: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
      }),
    ),
  })
  .map(({ stream, groupFirst, before, after, predecessor }) => ({
    stream,
    originSeq: groupFirst + before,
    groupFirst,
    groupLast: groupFirst + before + after,
    predecessor,
  }));

/** Version vectors. */
export const vector: fc.Arbitrary<Map<StreamId, number>> = fc
  .uniqueArray(fc.tuple(life, fc.nat({ max: Number.MAX_SAFE_INTEGER })), {
    maxLength: 6,
    selector: ([id]) => id,
  })
  .map((pairs) => new Map(pairs as [StreamId, number][]));

/** How bytes get broken on their way: a few of them changed, cut off, put in, or repeated. */
export interface Damage {
  readonly at: number;
  readonly kind: 'flip' | 'cut' | 'insert' | 'repeat';
  readonly byte: number;
}

export const damages: fc.Arbitrary<Damage[]> = fc.array(
  fc.record({
    at: fc.nat({ max: 500 }),
    kind: fc.constantFrom('flip' as const, 'cut' as const, 'insert' as const, 'repeat' as const),
    byte: fc.integer({ min: 1, max: 255 }),
  }),
  { minLength: 1, maxLength: 4 },
);

/** The bytes with the damage done. */
export function damage(bytes: Uint8Array, list: readonly Damage[]): Buffer {
  let damaged = Buffer.from(bytes);
  for (const { at, kind, byte } of list) {
    const index = damaged.length === 0 ? 0 : at % damaged.length;
    const [head, tail] = [damaged.subarray(0, index), damaged.subarray(index)];
    if (kind === 'cut') damaged = Buffer.from(head);
    else if (kind === 'insert') damaged = Buffer.concat([head, Buffer.from([byte]), tail]);
    else if (kind === 'repeat') damaged = Buffer.concat([damaged, tail]);
    else if (damaged.length > 0) damaged[index]! ^= byte;
  }
  return damaged;
}

function descending(siblings: readonly Sibling[]): Sibling[] {
  return [...siblings].sort((a, b) => (a.dot < b.dot ? 1 : -1));
}
