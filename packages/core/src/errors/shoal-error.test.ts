import { describe, expect, test } from 'vitest';
import { errorCatalogue } from './catalogue.ts';
import { asShoalError, assert, errorAbout, isErrorCode, ShoalError, unreachable } from './shoal-error.ts';

describe('errors', () => {
  test('every code has a meaning, a remedy and an exit code that says failure', () => {
    for (const [code, entry] of Object.entries(errorCatalogue)) {
      expect(isErrorCode(code)).toBe(true);
      expect(entry.meaning).toMatch(/\.$/);
      expect(entry.remedy).toMatch(/\.$/);
      expect(entry.exitCode).toBeGreaterThan(0);
    }
    expect(isErrorCode('toString')).toBe(false);
  });

  test('carry a code, what they are about and their cause', () => {
    const cause = new Error('disk');
    const error = new ShoalError('storage-failed', 'could not write', { library: 'l' }, cause);
    expect(error).toMatchObject({
      name: 'ShoalError',
      code: 'storage-failed',
      subject: { library: 'l' },
      cause,
    });
    expect(error.retryable).toBe(true);
    expect(new ShoalError('not-found', 'x')).toMatchObject({ subject: {}, retryable: false });
  });

  test('of unknown kind are bugs; typed ones stay what they are', () => {
    const typed = new ShoalError('not-found', 'x');
    expect(asShoalError(typed)).toBe(typed);
    expect(asShoalError(new TypeError('oops'))).toMatchObject({ code: 'internal', message: 'oops' });
    expect(asShoalError('text')).toMatchObject({ code: 'internal', message: 'text' });
  });

  test('[S3-28] are told of by who knows more: what they name already stays', () => {
    const error = new ShoalError('payload-too-large', 'too much', { model: 'tag', field: 'name' });
    const told = errorAbout(error, { model: 'other', record: 'r', device: 'd' });
    expect(told).toMatchObject({ code: 'payload-too-large', message: 'too much', cause: error });
    expect(told.subject).toEqual({ model: 'tag', field: 'name', record: 'r', device: 'd' });
    const bug = new TypeError('oops');
    expect(errorAbout<unknown>(bug, { record: 'r' })).toBe(bug);
  });

  test('of assertions and impossible branches are bugs', () => {
    expect(() => assert(true, 'fine')).not.toThrow();
    expect(() => assert(false, 'broken')).toThrow(
      expect.objectContaining({ code: 'internal', message: 'broken' }),
    );
    expect(() => unreachable('x' as never)).toThrow(expect.objectContaining({ code: 'internal' }));
  });
});
