import { limits } from '@shoal/core';
import type { Inspection, LibraryContent } from '@shoal/library/inspect';
import type { LogContent } from '@shoal/log-store/inspect';
import { counted } from '../show/counted.ts';
import { size, span } from './ago.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** What a device does while its databases are looked at. */
export interface Moment {
  readonly isRunning: boolean;
  readonly nowMs: number;
}

/** A record that nobody has sent in this time is worth a look. */
const missingMs = 10 * 60_000;

/** `library.db`: the file, its derived tables, and what waits in it. */
export function judgeLibraryDb(inspection: Inspection<LibraryContent>, moment: Moment): readonly Finding[] {
  const file = judgeFile('library.db', inspection, {
    moment,
    damaged:
      'stop the device, move the file away, and start it: it is filled from the other devices and the log; keep the file until then',
  });
  if (inspection.kind !== 'read' || inspection.content === null) return file;
  const { content } = inspection;
  return [
    ...file,
    ...judgeDerived(content, moment),
    ...judgeStrays(content, moment),
    judgeOutbox(content, moment),
    ...judgeParked(content, moment),
    judgeQuarantine(content, moment),
    ...judgeOwnClock(content, moment),
  ];
}

/** `sync.db`: the file, and what is known to be damaged in it. */
export function judgeSyncDb(inspection: Inspection<LogContent>, moment: Moment): readonly Finding[] {
  const file = judgeFile('sync.db', inspection, {
    moment,
    damaged:
      'nothing: the log-store sets it aside and fills a new one; a disk that does it again should be replaced',
  });
  if (inspection.kind !== 'read' || inspection.content === null) return file;
  const { holes } = inspection.content;
  if (holes === 0) return file;
  const remedy = 'have a device on that has them: they are asked for';
  return [
    ...file,
    warn(
      'damage',
      `${counted(holes, 'entry of the log is', 'entries of the log are')} lost and not had again`,
      remedy,
    ),
  ];
}

function judgeFile(
  check: string,
  inspection: Inspection<unknown>,
  { moment, damaged }: { readonly moment: Moment; readonly damaged: string },
): readonly Finding[] {
  switch (inspection.kind) {
    case 'none':
      return [ok(check, moment.isRunning ? 'not there yet' : 'not there yet; the next start makes it')];
    case 'unreadable':
      return [fail(check, inspection.reason, damaged)];
    case 'read': {
      const { version, known, file } = inspection;
      if (version > known) {
        return [fail(check, `schema ${version}, this program knows ${known}`, 'update Shoal on this device')];
      }
      const { problems, bytes } = file;
      if (problems !== null && problems.length > 0) {
        return [fail(check, `SQLite finds it damaged: ${problems[0]}`, damaged)];
      }
      const found = `schema ${version}, ${size(bytes)}`;
      if (version < known) return [judgeOlder(check, found, known, moment)];
      return [
        ok(
          check,
          problems === null ? `${found}; too large to be read through without --deep` : `${found}, whole`,
        ),
      ];
    }
  }
}

function judgeOlder(check: string, found: string, known: number, { isRunning }: Moment): Finding {
  if (!isRunning) return ok(check, `${found}; the next start brings it to schema ${known}`);
  return warn(
    check,
    `${found}, this program knows ${known}`,
    'start the device again, so that it runs this program',
  );
}

function judgeDerived({ derived }: LibraryContent, { isRunning }: Moment): readonly Finding[] {
  if (derived === null) return [ok('derived', 'not compared: the file is large; --deep does')];
  if (derived.length === 0) return [ok('derived', 'as their source rows say')];
  const repair = '`shoal doctor --repair` makes it anew';
  const remedy = isRunning ? `stop the device (\`shoal down\`); then ${repair}` : repair;
  return derived.map(({ table, missing, extra }) =>
    fail('derived', `${table} lacks ${missing.count} rows and has ${extra.count} too many`, remedy),
  );
}

/** What another program wrote into a synced table: no other device hears of it. */
function judgeStrays({ strays }: LibraryContent, { isRunning }: Moment): readonly Finding[] {
  if (strays === null)
    return [
      ok('strays', 'not compared: there are many records (--deep does), or the models do not fit the tables'),
    ];
  if (strays.length === 0) return [ok('strays', 'every row is as its record says')];
  const repair = '`shoal doctor --repair` syncs what may be written here, and takes back the rest';
  const remedy = isRunning ? `stop the device (\`shoal down\`); then ${repair}` : repair;
  return strays.map(({ model, kind, count }) =>
    warn(
      'strays',
      `another program ${kind} ${counted(count, 'row', 'rows')} of ${model}, which is not synced`,
      remedy,
    ),
  );
}

/** The outbox empties within moments while a device runs: what stays longer is stuck. */
function judgeOutbox({ outbox }: LibraryContent, { isRunning, nowMs }: Moment): Finding {
  const { count, oldestMs } = outbox;
  if (count === 0 || oldestMs === null) return ok('outbox', 'empty');
  const age = nowMs - oldestMs;
  const found = `${counted(count, 'change waits', 'changes wait')}, for ${span(age)}`;
  if (!isRunning)
    return ok('outbox', `${counted(count, 'change waits', 'changes wait')} for the device to run`);
  if (age < limits.stuckMs) return ok('outbox', found);
  return fail('outbox', found, 'look why in `shoal logs capture` and `shoal logs log-store`');
}

const parkedRemedy: Readonly<Record<string, string>> = {
  missing: 'have the device on that made them: they are asked for',
  'unknown-model': 'update Shoal on this device',
  'unknown-schema': 'update Shoal on this device',
};

function judgeParked({ parked }: LibraryContent, { nowMs }: Moment): readonly Finding[] {
  if (parked.length === 0) return [ok('parked', 'nothing')];
  return parked.map(({ reason, count, oldestMs }) => {
    const age = oldestMs === null ? 0 : nowMs - oldestMs;
    const found = `${count} ${reason}, for ${span(age)}`;
    const remedy = parkedRemedy[reason];
    const isPassing = remedy === undefined || (reason === 'missing' && age < missingMs);
    return isPassing ? ok('parked', found) : warn('parked', found, remedy);
  });
}

function judgeQuarantine({ quarantine }: LibraryContent, { nowMs }: Moment): Finding {
  const { count, oldestMs } = quarantine;
  if (count === 0) return ok('quarantine', 'empty');
  const age = oldestMs === null ? '' : `, for ${span(nowMs - oldestMs)}`;
  return warn(
    'quarantine',
    `${count} entries could not be applied${age}`,
    '`shoal quarantine list` says why',
  );
}

/** A device never stamps behind what it stamped: a stamp far ahead says that its clock went back since. */
function judgeOwnClock({ clockMs }: LibraryContent, { nowMs }: Moment): readonly Finding[] {
  const aheadMs = clockMs - nowMs;
  if (aheadMs < limits.maxDriftMs) return [];
  const found = `the latest stamp of this device lies ${span(aheadMs)} ahead of its clock`;
  return [warn('clock', found, 'set the clock of this device right; what it writes counts all the same')];
}
