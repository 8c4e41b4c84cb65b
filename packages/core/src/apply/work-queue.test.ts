import { describe, expect, test } from 'vitest';
import type { RecordRef } from '../ids.ts';
import { recordRef } from './testing/domain.ts';
import { createWorkQueue } from './work-queue.ts';

describe('the work queue', () => {
  test('hands out in order what was added, each record at most once at a time', () => {
    const queue = createWorkQueue();
    const [a, b] = [recordRef('tag', 1), recordRef('tag', 2)];
    queue.add([a, b, { ...a }]);
    expect(queue.next()).toBe(a);
    queue.add([a]);
    expect([queue.next(), queue.next(), queue.next()]).toEqual([b, a, undefined]);
  });

  test('drops what is done and goes on where it was', () => {
    const queue = createWorkQueue();
    const refs = Array.from({ length: 20_000 }, (_, index) => recordRef('tag', index));
    queue.add(refs);
    const taken: RecordRef[] = [];
    for (let ref = queue.next(); ref !== undefined; ref = queue.next()) taken.push(ref);
    expect(taken).toEqual(refs);
    queue.add(refs.slice(0, 1));
    expect(queue.next()).toBe(refs[0]);
  });
});
