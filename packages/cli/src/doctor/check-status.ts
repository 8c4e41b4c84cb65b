import { errorCatalogue, isErrorCode } from '@shoal/core';
import { counted } from '../show/counted.ts';
import type { describeStatus } from '../show/describe-status.ts';
import { printable } from '../show/printable.ts';
import { span } from './ago.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** What a status says, as `shoal status --json` shows it. */
export type DescribedStatus = ReturnType<typeof describeStatus>;

/** What the services of a device say of a library: how far it is in step, whom it hears, and what keeps them. */
export function judgeStatus(
  status: DescribedStatus,
  { nowMs, hasHub }: { readonly nowMs: number; readonly hasHub: boolean },
): readonly Finding[] {
  return [
    ...status.unreachable.map((service) =>
      fail('service', `${service} does not answer for it`, `look why in \`shoal logs ${service}\``),
    ),
    ...status.problems.map(({ service, code, message }) =>
      fail(
        'service',
        `${service}: ${code}: ${message}`,
        isErrorCode(code) ? errorCatalogue[code].remedy : '',
      ),
    ),
    ...judgeSync(status),
    ...judgeLocations(status),
    ...judgePeers(status, nowMs, hasHub),
    ...judgeClocks(status),
  ];
}

function judgeSync({ sync, log }: DescribedStatus): readonly Finding[] {
  if (sync === undefined) return [];
  const lacks =
    sync.state === 'ready'
      ? ''
      : `, ${counted(sync.behind, 'entry', 'entries')} to fetch, ${sync.unapplied} to apply`;
  const found = `${sync.state}${lacks}`;
  if (sync.throttled === 'disk-full') {
    return [fail('sync', `${found}; the disk is nearly full`, 'make room: until then nothing is fetched')];
  }
  if (log?.state === 'stuck') {
    return [warn('sync', `${found}; fetching stands still`, 'look why in `shoal logs log-store`')];
  }
  const why = {
    paused: '; a person paused it (`shoal library resume`)',
    unapplied: '; applies before it fetches more',
  };
  return [ok('sync', `${found}${why[sync.throttled as keyof typeof why] ?? ''}`)];
}

const locationsAtWork = ['pending', 'scanning', 'watching'];

function judgeLocations({ capture }: DescribedStatus): readonly Finding[] {
  return (capture?.locations ?? []).map(({ path, state, error }) => {
    const where = printable(path);
    if (error === null && locationsAtWork.includes(state)) return ok('location', `${where}: ${state}`);
    const found = `${where}: ${state}${error === null ? '' : `; ${error}`}`;
    const isAway = state === 'unavailable';
    const remedy = isAway
      ? 'plug its disk in again; until then its entries stay as they are'
      : 'look why in `shoal logs capture`, then `shoal location rescan`';
    return warn('location', found, remedy);
  });
}

function judgePeers({ log }: DescribedStatus, nowMs: number, hasHub: boolean): readonly Finding[] {
  if (log === undefined) return [];
  if (log.peers.length === 0) {
    const remedy = 'start another device of it, or invite one: `shoal library invite FILE`';
    return [
      hasHub ? warn('peers', 'no other device was ever heard', remedy) : ok('peers', 'none, and no hub'),
    ];
  }
  return log.peers.map(({ name, lastHeard, behind, ahead }) => {
    const gap = behind + ahead === 0 ? '' : `; lacks ${ahead} of ours, we lack ${behind} of its`;
    return ok('peers', `${name} heard ${span(nowMs - Date.parse(lastHeard))} ago${gap}`);
  });
}

function judgeClocks({ ingest }: DescribedStatus): readonly Finding[] {
  return (ingest?.skews ?? []).map(({ name, theirs, ours }) => {
    const found = `${name} runs ${span(Date.parse(theirs) - Date.parse(ours))} ahead of this device`;
    return warn('clock', found, 'set the clock right that is wrong: its changes win over later ones');
  });
}
