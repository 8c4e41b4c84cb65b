import { displayWidth, fitText } from './display-width.ts';
import type { Paint, Tone } from './paint.ts';

/** A cell of a table: a text, or a number that stands to the right; with the tone of what it says. */
export interface Cell {
  readonly value: string | number;
  readonly tone?: Tone | undefined;
}

/** Between two columns. */
const gap = '  ';
/** No cell is wider: a long path takes no other column from the screen. */
const columnWidthMax = 60;

/** A table as lines of text, its columns aligned; nothing where there are no rows. */
export function tableLines(
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
  paint: Paint,
): string[] {
  if (rows.length === 0) return [];
  const texts = rows.map((row) => row.map(({ value }) => textOf(value)));
  const widths = heads.map((head, at) =>
    Math.max(displayWidth(head), ...texts.map((row) => displayWidth(row[at] ?? ''))),
  );
  const isNumber = heads.map((_, at) => rows.every((row) => isCount(row[at]?.value)));
  const pad = (text: string, at: number) => {
    const room = ' '.repeat(Math.max(0, (widths[at] ?? 0) - displayWidth(text)));
    return isNumber[at] ? room + text : text + room;
  };
  return [
    paint('quiet', heads.map(pad).join(gap).trimEnd()),
    ...rows.map((row, index) =>
      row
        .map(({ tone }, at) => {
          const text = pad(texts[index]![at]!, at);
          return tone === undefined || text.trim() === '' ? text : paint(tone, text);
        })
        .join(gap)
        .trimEnd(),
    ),
  ];
}

/** A whole number as people read it: `12,345`. */
export function countText(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** A number, or what stands for one that is not known. */
function isCount(value: string | number | undefined): boolean {
  return typeof value === 'number' || value === '-';
}

function textOf(value: string | number): string {
  return typeof value === 'number' ? countText(value) : fitText(value, columnWidthMax);
}
