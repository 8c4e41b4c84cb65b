import { expect, test } from 'vitest';
import { displayWidth, fitText } from './display-width.ts';
import { plain } from './paint.ts';
import { printable } from './printable.ts';
import { tableLines } from './text-table.ts';

test('the columns of a table are aligned by what a terminal shows: numbers to the right, wide characters as two', () => {
  const rows = [
    [{ value: '照片' }, { value: 1_234 }],
    [{ value: 'music' }, { value: 5 }],
  ];
  expect(tableLines(['library', 'records'], rows, plain)).toEqual([
    'library  records',
    '照片       1,234',
    'music          5',
  ]);
  expect(tableLines(['library'], [], plain)).toEqual([]);
});

test('a text is cut to the columns that there are', () => {
  expect(fitText('照片 of 2026', 6)).toBe('照片 …');
  expect(fitText('short', 6)).toBe('short');
  expect(fitText('any', 0)).toBe('');
  expect(displayWidth('e\u0301🐟')).toBe(3);
});

test('a name from another device cannot move the cursor, change colours or break the line', () => {
  expect(printable('lap\u001b[2J\u001b]0;x\u0007top\r\nx\u202ey')).toBe('laptop··x·y');
});
