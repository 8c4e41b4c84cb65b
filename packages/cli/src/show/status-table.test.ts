import { expect, test } from 'vitest';
import { plain } from './paint.ts';
import { agoText, type LibraryStatus, statusTable } from './status-table.ts';

const nowMs = Date.UTC(2026, 0, 1);

function statusOfPhotos(over: Partial<LibraryStatus> = {}): LibraryStatus {
  return {
    device: { id: 'd', name: 'laptop', home: '/home/me/.shoal', http: null },
    library: { id: 'l', name: 'photos', libraryDb: '', syncDb: '' },
    sync: {
      state: 'catching-up',
      behind: 300,
      unapplied: 20,
      throttled: 'disk-full',
      backfill: null,
      holes: 0,
    },
    records: { entry: 10_000, tag: 2 },
    capture: undefined,
    log: {
      logId: '',
      headSeq: 9,
      appliedSeq: 7,
      entries: 9,
      state: 'pulling',
      peers: [
        {
          id: 'p',
          name: 'desk\u001b[2Jtop',
          headSeq: 9,
          behind: 0,
          ahead: 3,
          lastHeard: new Date(nowMs - 2_000).toISOString(),
        },
      ],
    },
    ingest: undefined,
    unreachable: ['ingest'],
    problems: [],
    openConflicts: 0,
    ...over,
  };
}

test('a library stands on one line with its records, what it waits for and why; peers stand by name', () => {
  const lines = statusTable([statusOfPhotos()], { nowMs, paint: plain });
  expect(lines).toEqual([
    'laptop  /home/me/.shoal',
    '',
    'library  state        records  to fetch  to apply  outbox  parked  why it waits',
    'photos   catching-up   10,002       300        20       -       -  disk-full',
    'photos: entry 10,000, tag 2',
    '',
    'peer     library  behind  ahead  heard',
    'desktop  photos        0      3  2 s ago',
    '',
    'photos: ingest does not answer',
  ]);
});

test('colours say what is well, what is under way and what needs a person', () => {
  const painted = statusTable([statusOfPhotos({ sync: undefined })], {
    nowMs: nowMs + 60_000,
    paint: (tone, text) => (text.trim() === '' ? text : `<${tone} ${text.trim()}>`),
  }).join('\n');
  for (const part of [
    '<strong laptop>',
    '<bad unknown>',
    '<busy 3>',
    '<busy 62 s ago>',
    '<bad ingest does not answer>',
  ]) {
    expect(painted).toContain(part);
  }
});

test('how long ago is said in the unit that a person would use', () => {
  const hour = 3_600_000;
  expect([0, 119_000, 5 * 60_000, 3 * hour, 72 * hour].map(agoText)).toEqual([
    '0 s ago',
    '119 s ago',
    '5 min ago',
    '3 h ago',
    '3 d ago',
  ]);
});
