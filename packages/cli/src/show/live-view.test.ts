import { expect, test } from 'vitest';
import { createLiveView } from './live-view.ts';

const csi = '\u001b[';

// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal acts on them
const parts = /\u001b\[\d*[A-Zm]|\n|\r|[^\u001b\n\r]+/g;

/** A terminal that does what the view may ask of it, as the rows that a person would see. */
function screen(columns: number, rows = 24) {
  const lines: string[] = [''];
  let at = 0;
  let isAtStart = true;
  return {
    columns,
    rows,
    lines: () => lines.slice(0, -1),
    write: (text: string) => {
      for (const [part] of text.matchAll(parts)) {
        if (part === '\n') at += 1;
        else if (part.startsWith(csi) && part.endsWith('A')) at -= Number(part.slice(2, -1));
        else if (part === `${csi}J`) lines.splice(at, lines.length);
        lines[at] ??= '';
        const isText = !part.startsWith(csi) || part.endsWith('m');
        if (part === '\n' || part === '\r') isAtStart = true;
        else if (isText) {
          lines[at] = (isAtStart ? '' : lines[at]) + part;
          isAtStart = false;
        }
      }
    },
  };
}

test('lines are drawn again in their own place, also where there are fewer than before', () => {
  const terminal = screen(20);
  const view = createLiveView(terminal);
  view.draw(['a', 'b', 'c']);
  view.draw(['d']);
  expect(terminal.lines()).toEqual(['d']);
  terminal.write('after\n');
  expect(terminal.lines()).toEqual(['d', 'after']);
});

test('no line is longer than the terminal is wide, and there are no more than it has rows', () => {
  const terminal = screen(5, 3);
  const view = createLiveView(terminal);
  view.draw(['123456', 'b', 'c', 'd']);
  view.draw(['123456', 'b', 'c', 'd']);
  expect(terminal.lines()).toEqual(['1234…', 'b']);
});

test('a line that is cut keeps the end of its colours', () => {
  const terminal = screen(6);
  createLiveView(terminal).draw([`${csi}31mabc${csi}39m ${csi}32mdefgh${csi}39m`]);
  expect(terminal.lines()).toEqual([`${csi}31mabc${csi}39m ${csi}32md…${csi}39m`]);
});
