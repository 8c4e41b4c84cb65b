import { expect, test } from 'vitest';
import { mergeMetrics } from './merge-metrics.ts';

const about = (name: string) => `# HELP ${name} what it is\n# TYPE ${name} counter\n`;

test('what is said of a metric stands once, before the samples of all processes', () => {
  const a = `${about('x')}x{of="a"} 1\n${about('y')}y{of="a"} 2\n`;
  const b = `${about('y')}y{of="b"} 3\n${about('x')}x{of="b"} 4\nx{of="c"} 5\n`;
  expect(mergeMetrics([a, b])).toBe(
    `${about('x')}x{of="a"} 1\nx{of="b"} 4\nx{of="c"} 5\n${about('y')}y{of="a"} 2\ny{of="b"} 3\n`,
  );
});

test('of one process nothing changes, of none there is nothing', () => {
  const text = `${about('x')}x 1\n`;
  expect(mergeMetrics([text])).toBe(text);
  expect(mergeMetrics([])).toBe('');
});
