import type { JsonConflict, JsonSide } from '@shoal/client';

const kinds: Readonly<Record<string, string>> = {
  siblings: 'was written without knowledge of each other',
  'delete-beats-edit': 'was deleted, and edited by somebody who did not know',
  'edit-beats-delete': 'was deleted by somebody who did not know of an edit, and stays',
  'blind-write': 'was written by somebody who had read nothing',
  'circle-cut': 'would lead back to itself, and shows null',
  'owner-changed': 'was written by its former owner, who did not know that it has another',
  orphaned: 'requires something that was deleted, and is not shown',
};

/** A conflict in one line: its number, what it is about, what happened, and whether it is open. */
export function describeConflict({ id, kind, model, record, field, since, settled }: JsonConflict): string {
  const about = field === null ? '' : ` ${field}`;
  const state = settled === null ? 'open' : `settled ${settled.at}`;
  return `${String(id).padStart(6)}  ${since}  ${model} ${record}${about}: ${kinds[kind] ?? kind}  (${state})`;
}

/** The sides of a conflict, one in a line, with their numbers: the one that is shown is marked. */
export function describeSides({ decidedBy, sides }: JsonConflict): string[] {
  return [`        decided by: ${decidedBy}`, ...sides.map((side, index) => describeSide(side, index + 1))];
}

function describeSide(side: JsonSide, number: number): string {
  const what = 'deleted' in side ? 'deleted' : `${side.field} = ${JSON.stringify(side.value)}`;
  return `    ${String(number).padStart(3)} ${side.wins ? '*' : ' '} ${what}  by device ${side.device} at ${side.at}`;
}
