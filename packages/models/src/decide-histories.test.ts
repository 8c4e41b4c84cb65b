import { conflictSides, isAlive, ShoalError, type Value, viewOf } from '@shoal/core';
import { type ConflictRecord, decideConflict } from '@shoal/library';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { type FileStep, playFileHistory } from './testing/file-history.ts';
import { exchange, type TestDevice, twoDevices } from './testing/library-on-disk.ts';

const runs = Number(process.env.SHOAL_HISTORY_RUNS ?? 6);
const opened: TestDevice[] = [];

afterEach(() => {
  for (const device of opened.splice(0)) device.close();
});

const choice = fc.nat({ max: 59 });
const step: fc.Arbitrary<FileStep> = fc.record({
  kind: fc.constant('write' as const),
  device: fc.nat({ max: 1 }),
  what: fc.constantFrom(
    'tag',
    'tag',
    'tag',
    'content',
    'metadata',
    'application',
    'folder',
    'file',
    'location',
    'note',
    'album',
    'item',
    'item',
  ),
  verb: fc.constantFrom('put', 'put', 'put', 'replace', 'delete', 'force'),
  record: choice,
  choices: fc.array(choice, { minLength: 3, maxLength: 3 }),
  isStale: fc.boolean(),
});
const steps = fc.array(step, { minLength: 15, maxLength: 40, size: 'max' });

const kinds = ['keep', 'flip', 'restore'] as const;

/** What somebody picks: on which device, which of the open conflicts, and how; numbers choose. */
interface Pick {
  readonly device: number;
  readonly row: number;
  readonly kind: (typeof kinds)[number];
  readonly side: number;
}
const pick: fc.Arbitrary<Pick> = fc.record({
  device: fc.nat({ max: 1 }),
  row: fc.nat({ max: 20 }),
  kind: fc.constantFrom(...kinds),
  side: fc.nat({ max: 5 }),
});

const decisionsMax = 300;
/** Of another device; of no such kind; upon what is gone. Then it is kept, by the device that may. */
const refusals = new Set(['not-owner', 'invalid-argument', 'missing-reference', 'unique-taken']);

/**
 * The hazard: a decision that does not settle what it is about everywhere, or settles it to other than what was chosen.
 * The rule: MRG-8. The method: whatever two devices did apart, they meet, and decide one by one all that is open.
 */
test('[MRG-8] [ING-1] after any history of two devices all that is open can be decided on either, and both show what was chosen', async () => {
  let decided = 0;
  await fc.assert(
    fc.asyncProperty(
      steps,
      steps,
      fc.array(pick, { minLength: 20, maxLength: 20 }),
      async (before, after, picks) => {
        const pair = await twoDevices();
        opened.push(...pair);
        // Both know the first half; the second is written apart.
        for (const half of [before, after]) {
          const made = await playFileHistory(pair, half);
          for (const device of pair) await device.apply(made.map(({ entry }) => entry));
        }
        for (let count = 0; pair.some((device) => openOf(device).length > 0); count += 1) {
          expect(count).toBeLessThan(decisionsMax);
          await decideOne(pair, picks[count % picks.length]!);
          await exchange(...pair);
          decided += 1;
        }
        const [a, b] = pair;
        expect(a.dump().sort()).toEqual(b.dump().sort());
        expect(statesOf(a)).toEqual(statesOf(b));
        for (const device of opened.splice(0)) device.close();
      },
    ),
    // To make a failing history smaller takes longer than to read it.
    { numRuns: runs, endOnFailure: true },
  );
  expect(decided).toBeGreaterThan(0);
}, 300_000);

async function decideOne(pair: readonly [TestDevice, TestDevice], pick: Pick): Promise<void> {
  const wanted = pair[pick.device]!;
  const on = openOf(wanted).length > 0 ? wanted : pair[1 - pick.device]!;
  const open = openOf(on);
  const row = open[pick.row % open.length]!;
  if (await isDecided(pair, on, row, pick)) return;
  for (const device of pair) {
    const same = openOf(device).find((each) => isSame(each, row));
    if (same !== undefined && (await isDecided(pair, device, same, { ...pick, kind: 'keep' }))) return;
  }
  expect.unreachable(`nobody can keep ${row.conflict.kind} of ${row.ref.model} ${row.ref.id}`);
}

/** Decides, and looks whether both devices show it then; false where it was refused. */
async function isDecided(
  pair: readonly [TestDevice, TestDevice],
  on: TestDevice,
  row: ConflictRecord,
  { kind, side }: Pick,
): Promise<boolean> {
  const { id, version: seen, conflict } = row;
  const sides = conflictSides(conflict);
  const chosen = kind === 'flip' && conflict.kind === 'siblings' ? (side % sides.length) + 1 : null;
  const fields = new Map<string, Value>();
  try {
    const shown = merged(on, row);
    await decideConflict(on.library, { id, seen, kind, side: chosen, fields });
    const picked = chosen === null ? undefined : sides[chosen - 1]!;
    const expected =
      picked?.kind === 'value' ? new Map([...(shown ?? []), [picked.field, picked.value]]) : shown;
    await exchange(...pair);
    for (const device of pair) {
      const now = merged(device, row);
      if (conflict.kind === 'siblings')
        expect(now?.get(conflict.field!)).toEqual(expected?.get(conflict.field!));
      else expect(now !== undefined).toBe(isThereAfter(row, kind));
      expect(openOf(device).filter((each) => isSame(each, row))).toEqual([]);
    }
    return true;
  } catch (error) {
    if (error instanceof ShoalError && refusals.has(error.code)) return false;
    throw error;
  }
}

function isSame(a: ConflictRecord, b: ConflictRecord): boolean {
  const { kind, field } = a.conflict;
  return a.ref.id === b.ref.id && kind === b.conflict.kind && field === b.conflict.field;
}

function isThereAfter({ conflict }: ConflictRecord, kind: Pick['kind']): boolean {
  switch (conflict.kind) {
    case 'delete-beats-edit':
      return kind !== 'keep';
    case 'edit-beats-delete':
    case 'circle-cut':
      return kind === 'keep';
    default:
      return false;
  }
}

/** What the merged state says; undefined where the record is deleted. */
function merged({ library }: TestDevice, { ref }: ConflictRecord): ReadonlyMap<string, Value> | undefined {
  const { state } = library.store.records.get(ref)!;
  const spec = library.registry.require(ref.model);
  return isAlive(spec, state) ? viewOf(spec, state) : undefined;
}

function openOf({ reader }: TestDevice): ConflictRecord[] {
  return reader.conflicts.list({ model: null, record: null, isOpen: true }, { after: null, limit: 1_000 });
}

function statesOf({ library }: TestDevice): unknown[] {
  const sql = 'select model, uuid, version, payload from shoal_records order by model, uuid';
  return library.store.db.prepare(sql).all();
}
