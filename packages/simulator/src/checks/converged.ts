import { claims, claimsAll, emptyVersion, includes, refKey } from '@shoal/core';
import type { LogRow } from '../data/log-content.ts';
import type { Device } from '../device/device.ts';
import { mustHold } from './broken.ts';
import { checkDecided } from './decided.ts';
import { shownView } from './expected-view.ts';
import { checkExplained, checkJournal } from './explained.ts';
import { checkKeptHere } from './gated.ts';
import type { Ledger } from './ledger.ts';
import { describeState } from './write-record.ts';

/** Whether nothing is under way any more and all have the same: cheap, asked while waiting. */
export function isConverged(devices: readonly Device[]): boolean {
  const members = devices.filter(({ role }) => role === 'member');
  const hubs = devices.filter(({ role }) => role === 'hub');
  return (
    members.every(isIdle) &&
    new Set(members.map(versionsOf)).size === 1 &&
    hubs.every((hub) => members.every((member) => hasAllOf(hub, member) && hasAllOf(member, hub)))
  );
}

/** A log with a hole that nobody can fill claims nothing to others, for good (LOG-1); what it holds it gives. */
function hasAllOf({ log: { content: here } }: Device, { log: { content: there } }: Device): boolean {
  if (there.holes.length === 0) return claimsAll(here.have, there.have);
  const isHad = ({ record, entry }: LogRow) =>
    claims(here.have, entry) ||
    [...here.rows.values()].some((by) => by.record === record && includes(by.entry.version, entry.version));
  return [...there.rows.values()].every(isHad);
}

/** What keeps a fleet from being converged, for people. */
export function whyNotConverged(devices: readonly Device[]): string {
  return devices
    .map(({ index, library, log, logStore }) => {
      const { headSeq, have, groups } = log.content;
      const peers = logStore()?.exchange.describePeers() ?? 'down';
      return [
        `device ${index}: outbox ${library.content.outbox.length}, cursor ${library.content.cursor?.appliedSeq ?? 0}`,
        `of ${headSeq}, groups held ${groups.length}, have ${JSON.stringify([...have])}, peers ${peers}`,
      ].join(' ');
    })
    .join('\n');
}

/** Equal states, equal views, on every device (ING-1, DEP-2); what was acknowledged is in them. */
export function checkConverged(all: readonly Device[], ledger: Ledger): void {
  const devices = all.filter(({ role }) => role === 'member');
  const [first, ...others] = devices;
  for (const other of others) {
    for (const [key, { stored }] of first!.library.memory.records) {
      const here = describeState(stored.state);
      const there = other.library.memory.records.get(key);
      const found = there === undefined ? 'nothing' : describeState(there.stored.state);
      mustHold(here === found, 'ING-1', () => {
        return `${key} on device ${first!.index}:\n${here}\non device ${other.index}:\n${found}`;
      });
    }
    const [here, there] = [describeView(first!), describeView(other)];
    mustHold(
      here === there,
      'DEP-2',
      () => `views of ${first!.index} and ${other.index}:\n${here}\n${there}`,
    );
  }
  for (const device of devices) {
    checkLedger(device, ledger);
    checkJournal(device);
  }
  checkExplained(devices, ledger);
  checkDecided(devices, ledger);
  checkKeptHere(all, ledger);
}

/** Every acknowledged write is included on the device. */
export function checkLedger({ index, library }: Device, ledger: Ledger): void {
  const missing = ledger.missing((ref) => library.memory.record(ref)?.state.version ?? emptyVersion);
  mustHold(missing.length === 0, 'ING-2', () => {
    const names = missing.map(({ ref, dot }) => `${refKey(ref)} ${dot}`);
    return `device ${index} lacks acknowledged writes: ${names.join(', ')}`;
  });
}

function isIdle({ library, log }: Device): boolean {
  return library.content.outbox.length === 0 && library.content.cursor?.appliedSeq === log.content.headSeq;
}

function versionsOf({ library }: Device): string {
  const versions = [...library.memory.records].map(
    ([key, { stored }]) =>
      `${key} ${[...stored.state.version]
        .map((pair) => pair.join())
        .sort()
        .join(' ')}`,
  );
  return versions.sort().join('\n');
}

function describeView({ library }: Device): string {
  return [...shownView(library)]
    .map((row) => row.join(' '))
    .sort()
    .join('\n');
}
