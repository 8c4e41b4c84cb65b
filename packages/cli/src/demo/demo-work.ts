import type { Work } from '../progress/progress-meter.ts';
import { workLeft } from '../progress/work-left.ts';
import type { NamedStatus } from './wait-converged.ts';

/**
 * What keeps the devices of the demo from having the same data, as pieces of work by device; where no device knows of
 * any, `missing` says it.
 */
export function demoWork(
  missing: string,
  statuses: readonly NamedStatus[],
  totals: ReadonlyMap<string, number>,
): Work[] {
  const works = statuses.flatMap(({ name, status }) =>
    workLeft(status, totals).map((work) => ({ ...work, what: `${name} ${work.what}` })),
  );
  if (works.length > 0) return works;
  return missing === '' ? [] : [{ what: missing }];
}
