import { type ErrorCode, limits, ShoalError } from '@shoal/core';
import type { Inspection, LibraryContent } from '@shoal/library/inspect';
import { appVersion } from '@shoal/service-kit';
import { describe, expect, test } from 'vitest';
import { size, span } from './ago.ts';
import { judgeLibraryDb, judgeSyncDb } from './check-database.ts';
import { judgeDisk, judgeFileSystem, judgeRights } from './check-home.ts';
import { judgePorts, judgeProcesses } from './check-processes.ts';
import { judgeNode } from './check-programs.ts';
import { type DescribedStatus, judgeStatus } from './check-status.ts';
import { attempt, type Finding } from './finding.ts';

const verdicts = (findings: readonly Finding[]) =>
  findings.map(({ check, verdict }) => `${check} ${verdict}`);
/** The one finding of a check. */
const of = (check: string, findings: readonly Finding[]) =>
  findings.find((finding) => finding.check === check);

describe('programs', () => {
  test.each([
    ['24.21.0', 'ok'],
    ['26.0.0', 'ok'],
    ['22.4.0', 'fail'],
  ])('Node.js %s is %s', (version, verdict) => expect(judgeNode(version).verdict).toBe(verdict));
});

describe('the folder', () => {
  const entry = (path: string, mode: number, uid = 1000) => ({ path, mode, uid, isFolder: false });

  test('a secret that others may read fails, another file that they may read is worth a look', () => {
    const own = { uid: 1000 };
    expect(verdicts(judgeRights([entry('/h', 0o700), entry('/h/token', 0o600)], own))).toEqual(['rights ok']);
    expect(verdicts(judgeRights([entry('/h/token', 0o644)], own))).toEqual(['rights fail']);
    expect(verdicts(judgeRights([entry('/h/libraries/x/library.json', 0o640)], own))).toEqual([
      'rights fail',
    ]);
    expect(judgeRights([entry('/h/logs/nats.log', 0o644)], own)).toMatchObject([
      { verdict: 'warn', found: expect.stringContaining('/h/logs/nats.log (0644)') },
    ]);
  });

  test('what belongs to another user fails, but for root, who may use it', () => {
    const entries = [entry('/h', 0o700, 1001)];
    expect(verdicts(judgeRights(entries, { uid: 1000 }))).toEqual(['owner fail']);
    expect(verdicts(judgeRights(entries, { uid: 0 }))).toEqual(['owner warn']);
  });

  test('a disk without room to fetch is worth a look, one without room to write fails', () => {
    expect(judgeDisk(limits.diskFreeMinBytes).verdict).toBe('ok');
    expect(judgeDisk(limits.diskFreeMinBytes - 1).verdict).toBe('warn');
    expect(judgeDisk(1_000_000).verdict).toBe('fail');
  });

  test('a network file system fails, one of a program is worth a look', () => {
    expect(judgeFileSystem(0xef53).verdict).toBe('ok');
    expect(judgeFileSystem(0x6969)).toMatchObject({ verdict: 'fail', found: expect.stringContaining('NFS') });
    // As a signed number, which is how some systems say it.
    expect(judgeFileSystem(0xff534d42 | 0).found).toContain('CIFS');
    expect(judgeFileSystem(0x65735546).verdict).toBe('warn');
  });
});

describe('processes', () => {
  test('one that does not run fails with the last error of its log, one of another version is worth a look', () => {
    const run = { pid: 7, version: appVersion };
    const findings = judgeProcesses([
      { name: 'nats', run: { pid: 6 }, lastError: undefined },
      { name: 'capture', run, lastError: undefined },
      { name: 'ingest', run: { ...run, version: '0.0.1' }, lastError: undefined },
      { name: 'gateway', run: undefined, lastError: 'port-taken: 80' },
    ]);
    expect(findings.map(({ verdict }) => verdict)).toEqual(['ok', 'ok', 'warn', 'fail']);
    expect(findings[3]).toMatchObject({ found: 'gateway does not run; its last error: port-taken: 80' });
  });

  test('a fixed port that another program has fails; one that the device does not use yet is worth a look', () => {
    const port = { name: 'http', port: 8080, actual: undefined, isFree: true };
    expect(verdicts(judgePorts([{ ...port, port: 0 }]))).toEqual(['port ok']);
    expect(verdicts(judgePorts([port]))).toEqual(['port ok']);
    expect(verdicts(judgePorts([{ ...port, isFree: false, actual: 8080 }]))).toEqual(['port ok']);
    expect(verdicts(judgePorts([{ ...port, isFree: false, actual: 9090 }]))).toEqual(['port warn']);
    expect(judgePorts([{ ...port, isFree: false }])).toMatchObject([
      { verdict: 'fail', remedy: expect.stringContaining('"ports.http"') },
    ]);
  });
});

describe('databases', () => {
  const nowMs = 1_800_000_000_000;
  const running = { isRunning: true, nowMs };
  const stopped = { isRunning: false, nowMs };
  const nothing = { count: 0, oldestMs: null };
  const empty: LibraryContent = {
    outbox: nothing,
    parked: [],
    quarantine: nothing,
    clockMs: nowMs,
    derived: [],
    strays: [],
  };
  const read = (
    content: Partial<LibraryContent> | null,
    rest: { readonly version?: number; readonly problems?: readonly string[] | null } = {},
  ): Inspection<LibraryContent> => ({
    kind: 'read',
    version: rest.version ?? 2,
    known: 2,
    file: { bytes: 4096, problems: rest.problems === undefined ? [] : rest.problems },
    content: content && { ...empty, ...content },
  });

  test('a library in which nothing waits is well', () => {
    expect(verdicts(judgeLibraryDb(read({}), running))).toEqual([
      'library.db ok',
      'derived ok',
      'strays ok',
      'outbox ok',
      'parked ok',
      'quarantine ok',
    ]);
    expect(verdicts(judgeLibraryDb({ kind: 'none' }, stopped))).toEqual(['library.db ok']);
  });

  test('one of a newer program, a damaged one and one that is none fail; an older one is migrated by the next start', () => {
    const one = (inspection: Inspection<LibraryContent>, moment = stopped) =>
      judgeLibraryDb(inspection, moment);
    expect(one(read(null, { version: 3 }))).toMatchObject([
      { verdict: 'fail', remedy: 'update Shoal on this device' },
    ]);
    expect(verdicts(one(read(null, { problems: ['row 3 missing from index'] })))).toEqual([
      'library.db fail',
    ]);
    expect(verdicts(one({ kind: 'unreadable', reason: 'file is not a database' }))).toEqual([
      'library.db fail',
    ]);
    expect(verdicts(one(read(null, { version: 1 })))).toEqual(['library.db ok']);
    expect(verdicts(one(read(null, { version: 1 }), running))).toEqual(['library.db warn']);
    expect(one(read({ derived: null }, { problems: null }))[0]?.found).toContain('--deep');
  });

  test('rows that another program wrote are worth a look, and mended while the device stands still', () => {
    const seen = read({ strays: [{ model: 'tag', kind: 'changed', count: 2 }] });
    expect(of('strays', judgeLibraryDb(seen, stopped))).toMatchObject({
      verdict: 'warn',
      found: 'another program changed 2 rows of tag, which is not synced',
      remedy: expect.stringMatching(/^`shoal doctor --repair`/),
    });
    expect(of('strays', judgeLibraryDb(seen, running))?.remedy).toContain('`shoal down`');
    expect(of('strays', judgeLibraryDb(read({ strays: null }), stopped))?.found).toContain('--deep');
  });

  test('an outbox that a running device has not shipped for a minute is stuck', () => {
    const waits = (ms: number) => read({ outbox: { count: 3, oldestMs: nowMs - ms } });
    expect(of('outbox', judgeLibraryDb(waits(1_000), running))?.verdict).toBe('ok');
    expect(of('outbox', judgeLibraryDb(waits(limits.stuckMs), running))).toMatchObject({
      verdict: 'fail',
      found: '3 changes wait, for 1 min',
    });
    expect(of('outbox', judgeLibraryDb(waits(limits.stuckMs), stopped))?.verdict).toBe('ok');
  });

  test('parked records are named by reason and age; what a person can help is worth a look', () => {
    const parked = (reason: string, ms: number) =>
      judgeLibraryDb(read({ parked: [{ reason, count: 2, oldestMs: nowMs - ms }] }), running);
    const hour = 3_600_000;
    expect(of('parked', parked('missing', hour))).toMatchObject({
      verdict: 'warn',
      found: '2 missing, for 1 h',
    });
    expect(of('parked', parked('missing', 1_000))?.verdict).toBe('ok');
    expect(of('parked', parked('unknown-model', 1_000))?.verdict).toBe('warn');
    for (const reason of ['waiting', 'orphaned', 'refused', 'held']) {
      expect(of('parked', parked(reason, hour))?.verdict).toBe('ok');
    }
  });

  test('a quarantine that is not empty, and a clock that went back, are worth a look', () => {
    const findings = judgeLibraryDb(
      read({ quarantine: { count: 1, oldestMs: nowMs - 5_000 }, clockMs: nowMs + limits.maxDriftMs }),
      running,
    );
    expect(of('quarantine', findings)).toMatchObject({
      verdict: 'warn',
      found: '1 entries could not be applied, for 5 s',
    });
    expect(of('clock', findings)).toMatchObject({
      verdict: 'warn',
      found: expect.stringContaining('5 min ahead'),
    });
  });

  test('[DEP-6] a derived table that is not as its source says fails, and is mended while the device stands still', () => {
    const derived = [
      {
        model: 'entry',
        table: 'entry_closure',
        missing: { count: 4, first: [] },
        extra: { count: 1, first: [] },
      },
    ];
    const remedyOf = (moment: typeof running) =>
      of('derived', judgeLibraryDb(read({ derived }), moment))?.remedy;
    expect(of('derived', judgeLibraryDb(read({ derived }), stopped))).toMatchObject({
      verdict: 'fail',
      found: 'entry_closure lacks 4 rows and has 1 too many',
    });
    expect(remedyOf(stopped)).toMatch(/^`shoal doctor --repair`/);
    expect(remedyOf(running)).toMatch(/^stop the device \(`shoal down`\)/);
  });

  test('holes of a log are worth a look', () => {
    const content = { headSeq: 9, appliedSeq: 9, entries: 7, holes: 2 };
    const log = { kind: 'read', version: 1, known: 1, file: { bytes: 1, problems: [] }, content } as const;
    expect(verdicts(judgeSyncDb(log, running))).toEqual(['sync.db ok', 'damage warn']);
    expect(verdicts(judgeSyncDb({ ...log, content: { ...content, holes: 0 } }, running))).toEqual([
      'sync.db ok',
    ]);
  });
});

describe('what services say', () => {
  const nowMs = Date.parse('2026-11-21T10:00:00Z');
  const at = { nowMs, hasHub: true };
  const sync = { state: 'ready', behind: 0, unapplied: 0, throttled: '', backfill: null, holes: 0 };
  const peer = {
    id: 'b',
    name: 'laptop',
    headSeq: 1,
    behind: 0,
    ahead: 2,
    lastHeard: '2026-11-21T07:00:00Z',
  };
  const status = (changed: object): DescribedStatus =>
    ({
      sync,
      log: { state: 'idle', peers: [peer] },
      capture: { outbox: 0, locations: [] },
      ingest: { skews: [], parked: [], quarantined: 0 },
      unreachable: [],
      problems: [],
      ...changed,
    }) as unknown as DescribedStatus;

  test('peers are named with when they were heard, and none at all is worth a look where there is a hub', () => {
    expect(judgeStatus(status({}), at)).toMatchObject([
      { check: 'sync', verdict: 'ok', found: 'ready' },
      { check: 'peers', verdict: 'ok', found: 'laptop heard 3 h ago; lacks 2 of ours, we lack 0 of its' },
    ]);
    const alone = status({ log: { state: 'idle', peers: [] } });
    expect(of('peers', judgeStatus(alone, at))?.verdict).toBe('warn');
    expect(of('peers', judgeStatus(alone, { nowMs, hasHub: false }))?.verdict).toBe('ok');
  });

  test('a service that does not answer, one that says what keeps it, and a full disk fail', () => {
    const problem = { service: 'capture', code: 'read-only', message: 'library.db may not be written' };
    const findings = judgeStatus(
      status({ unreachable: ['ingest'], problems: [problem], sync: { ...sync, throttled: 'disk-full' } }),
      at,
    );
    expect(findings.filter(({ verdict }) => verdict === 'fail').map(({ found }) => found)).toEqual([
      'ingest does not answer for it',
      'capture: read-only: library.db may not be written',
      'ready; the disk is nearly full',
    ]);
    expect(findings[1]?.remedy).toMatch(/right to write/);
  });

  test('a pause is a wish, standing still is worth a look', () => {
    expect(of('sync', judgeStatus(status({ sync: { ...sync, throttled: 'paused' } }), at))?.verdict).toBe(
      'ok',
    );
    expect(of('sync', judgeStatus(status({ log: { state: 'stuck', peers: [peer] } }), at))?.verdict).toBe(
      'warn',
    );
  });

  test('clocks that run ahead and locations that are not there are worth a look', () => {
    const skew = {
      device: 'b',
      name: 'laptop',
      theirs: '2026-11-21T12:00:00Z',
      ours: '2026-11-21T10:00:00Z',
    };
    const location = { path: '/usb', state: 'unavailable', error: 'it is not there' };
    const findings = judgeStatus(
      status({
        ingest: { skews: [skew] },
        capture: { outbox: 0, locations: [location, { ...location, error: null, state: 'watching' }] },
      }),
      at,
    );
    expect(of('clock', findings)).toMatchObject({
      verdict: 'warn',
      found: 'laptop runs 2 h ahead of this device',
    });
    expect(verdicts(findings.filter(({ check }) => check === 'location'))).toEqual([
      'location warn',
      'location ok',
    ]);
  });
});

test('a check that cannot be made fails with the remedy of its error', async () => {
  const broken = async (code: ErrorCode) =>
    attempt('home', () => {
      throw new ShoalError(code, 'config.json is no JSON');
    });
  expect(await broken('damaged-file')).toMatchObject([
    {
      check: 'home',
      verdict: 'fail',
      found: 'damaged-file: config.json is no JSON',
      remedy: expect.stringContaining('Restore'),
    },
  ]);
});

test('times and sizes are told by their greatest unit', () => {
  expect([0, 999, 61_000, 7_200_000, 200_000_000].map(span)).toEqual(['0 s', '0 s', '1 min', '2 h', '2 d']);
  expect([0, 999, 1_000, 246_000, 3_210_000_000].map(size)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '246 kB',
    '3.2 GB',
  ]);
});
