import type { ToldChange } from './tell-changes.ts';

/** What people have names for; of the rest only the number is told. */
const namedModels = new Set(['entry', 'tag', 'location', 'device']);
/** So many changes of a kind are told one by one; more are counted. */
const namedMax = 6;

/**
 * Says what changed in a moment: a line per change while they are few, else a line per kind of change. Files, folders
 * and tags are what people know; the rest is told only by number.
 */
export function changeLines(changes: readonly ToldChange[]): string[] {
  const changesByKind = Map.groupBy(
    changes,
    ({ model, isGone, isLocal }) => `${verb(isGone, isLocal)} ${model}`,
  );
  return [...changesByKind].flatMap(([kind, group]) => {
    const names = new Set(group.map(({ name }) => name));
    if (names.size > namedMax || !namedModels.has(group[0]?.model ?? ''))
      return [`${kind} × ${group.length.toLocaleString('en')}`];
    return [...names].map((name) => `${kind} ${name}`);
  });
}

/** How many records of each model there are; models without any are left out. */
export function countsLine(records: readonly { readonly model: string; readonly records: number }[]): string {
  const counted = records.filter(({ records }) => records > 0);
  return counted.map(({ model, records }) => `${model} ${records.toLocaleString('en')}`).join(', ');
}

function verb(isGone: boolean, isLocal: boolean): string {
  if (isGone) return isLocal ? 'removed ' : 'lost    ';
  return isLocal ? 'wrote   ' : 'received';
}
