import type { Dot } from '../clock/dot.ts';
import type { ReplicaId } from '../ids.ts';
import type { RecordState, Sibling } from '../record/state.ts';
import { partsIn, slotOf } from './slot.ts';

/**
 * A counter is the sum of what everybody added since the record was made (traps T20). Its *base* is the value of the write
 * that made or brought back the record, in the field's own slot; beside it each replica has a slot for each base, with
 * the running total of its own differences, so that entries may be folded and states joined any number of times. Totals
 * on a base that is gone with a delete do not count: part of them was in what the delete took away.
 */

/** What the slots of a counter give. */
export interface CounterView {
  readonly value: number;
  /** Slots whose base is gone: totals that were concurrent to the delete of it. */
  readonly lost: readonly string[];
}

/** The part of a counter's field in which a replica counts on a base. */
export function totalPart(base: Dot, replica: ReplicaId): string {
  return `${base}/${replica}`;
}

/** The value that a field shows in a state: exact, and within the integers that a field can hold. */
export function viewCounter(state: Pick<RecordState, 'fields'>, field: string): CounterView {
  const bases = state.fields.get(field) ?? [];
  const baseDots = new Set<string>(bases.map(({ dot }) => dot));
  let sum = 0n;
  for (const base of bases) sum += amount(base);
  const lost: string[] = [];
  for (const [part, [latest]] of partsIn(state, field)) {
    // A replica's later total includes its earlier ones.
    if (baseDots.has(part.slice(0, part.indexOf('/')))) sum += amount(latest!);
    else lost.push(slotOf(field, part));
  }
  return { value: withinIntegers(sum), lost };
}

/** What a sibling counts; foreign values that are no integers count nothing. */
function amount({ value }: Sibling): bigint {
  return Number.isSafeInteger(value) ? BigInt(Number(value)) : 0n;
}

function withinIntegers(sum: bigint): number {
  const most = BigInt(Number.MAX_SAFE_INTEGER);
  if (sum > most) return Number.MAX_SAFE_INTEGER;
  return sum < -most ? -Number.MAX_SAFE_INTEGER : Number(sum);
}
