import { limits, ShoalError } from '@shoal/core';

/** What is to become of a location's patterns. Removals go first. */
export interface PatternChange {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/**
 * The patterns of a record's text: a line each; blank lines and comments say nothing, as in `.gitignore`. Throws
 * `invalid-argument` naming the first line that no location may have.
 */
export function parsePatterns(text: string): string[] {
  return checkPatterns(linesOf(text));
}

/** The text of a record, which `parsePatterns` reads. */
export function formatPatterns(patterns: readonly string[]): string {
  return patterns.join('\n');
}

/**
 * The patterns of a text after a change: those that are new come last, those that are there stay where they are. Throws
 * `invalid-argument` naming the pattern that stays or comes, `not-found` for one to remove that is not there.
 */
export function changePatterns(text: string, { add, remove }: PatternChange): string[] {
  const patterns = linesOf(text);
  const unknown = remove.find((pattern) => !patterns.includes(pattern));
  if (unknown !== undefined) {
    throw new ShoalError('not-found', `the location has no pattern ${shown(unknown)}`, { field: 'remove' });
  }
  const kept = patterns.filter((pattern) => !remove.includes(pattern));
  return checkPatterns([...new Set([...kept, ...add])]);
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
}

function checkPatterns(patterns: string[]): string[] {
  const max = limits.ignorePatternsMax;
  if (patterns.length > max) refuse(`at most ${max} patterns`, String(patterns.length));
  for (const pattern of patterns) checkPattern(pattern);
  return patterns;
}

function checkPattern(pattern: string): void {
  const max = limits.ignorePatternBytesMax;
  if (Buffer.byteLength(pattern) > max) refuse(`a pattern of at most ${max} bytes`, shown(pattern));
  if (/^[!/\s]*$/.test(pattern)) refuse('a pattern that names something', shown(pattern));
  if (/[\0\r\n]/.test(pattern)) refuse('a pattern of one line', shown(pattern));
  if (pattern.startsWith('#'))
    refuse('a pattern, not a comment (\\# for a name that begins so)', shown(pattern));
  // A quote with nothing to quote: git takes such a pattern for none.
  if (/(^|[^\\])(\\\\)*\\$/.test(pattern))
    refuse('a pattern that does not end in a single \\', shown(pattern));
}

function shown(pattern: string): string {
  return JSON.stringify(pattern.length > 80 ? `${pattern.slice(0, 80)}…` : pattern);
}

function refuse(expected: string, found: string): never {
  throw new ShoalError('invalid-argument', `"patterns": expected ${expected}, found ${found}`, {
    field: 'patterns',
  });
}
