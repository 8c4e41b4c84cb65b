import { displayWidth, fitText } from './display-width.ts';

/** A terminal, as far as a live view needs it. */
export interface Terminal {
  write(text: string): unknown;
  readonly columns?: number;
  readonly rows?: number;
}

/** Lines that are drawn again in their own place. */
export interface LiveView {
  draw(lines: readonly string[]): void;
}

/**
 * A view of some lines on a terminal, in the place where it began. Lines are cut to the columns and rows of the moment;
 * the cursor stays below, so that what is written after the last drawing stands under it.
 */
export function createLiveView(terminal: Terminal): LiveView {
  let drawn = 0;
  return {
    draw: (lines) => {
      // A terminal that does not know its size says 0.
      const [columns, rows] = [terminal.columns || 80, terminal.rows || 24];
      const shown = lines.slice(0, Math.max(1, rows - 1)).map((line) => fitPainted(line, columns));
      const back = drawn > 0 ? `\u001b[${Math.min(drawn, rows - 1)}A` : '';
      // Each line is cleared behind its text, and then what is below: nothing flickers.
      terminal.write(`${back}\r${shown.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`);
      drawn = shown.length;
    },
  };
}

/** The only sequences that lines have: colours. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: a colour begins with one
const colours = /(\u001b\[[\d;]*m)/;

/** Cuts a line with colours in it to so many columns; its colours stay, so that what was begun is ended. */
function fitPainted(line: string, columns: number): string {
  let left = columns;
  return line
    .split(colours)
    .map((part, index) => {
      if (index % 2 === 1) return part;
      const fitted = fitText(part, left);
      left = Math.max(0, left - displayWidth(part));
      return fitted;
    })
    .join('');
}
