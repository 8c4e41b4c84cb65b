import { limits } from '@shoal/core';
import { size } from './ago.ts';
import { type Finding, fail, ok, warn } from './finding.ts';
import type { HomeEntry } from './list-home.ts';

/** Below this no database can be relied on to commit. */
const freeNeededBytes = 32 * 1024 * 1024;

/** Types of file systems (statfs) that lie on another machine, or behind a program: locks and WAL do not work there. */
const networkTypes: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9P'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x73757245, 'Coda'],
]);
const fuseType = 0x65735546;

/** Files whose reader can read all data, or command the device. */
const secrets = /(^|\/)(token|library\.json|nats\.conf|invitation[^/]*\.json)$/;

/** Who may read and write what in a home. */
export function judgeRights(entries: readonly HomeEntry[], own: { readonly uid: number }): Finding[] {
  const foreign = entries.filter(({ uid }) => uid !== own.uid);
  const open = openEntries(entries);
  const findings: Finding[] = [];
  if (foreign.length > 0) {
    const found = `${named(foreign)} belong to another user`;
    const remedy = `give them to yours: chown -R ${own.uid} ${entries[0]?.path}`;
    // Root may do all, and leaves behind what the owner cannot write.
    findings.push(
      own.uid === 0 ? warn('owner', found, 'run shoal as their owner') : fail('owner', found, remedy),
    );
  }
  if (open.length > 0) {
    const found = `others may read or write ${open
      .map(({ path, mode }) => `${path} (${octal(mode)})`)
      .slice(0, 5)
      .join(', ')}${more(open)}`;
    const judge = open.some(({ path }) => secrets.test(path)) ? fail : warn;
    findings.push(judge('rights', found, '`shoal doctor --repair` takes that from them'));
  }
  if (findings.length === 0)
    findings.push(ok('rights', `${entries.length} files and folders, for their owner alone`));
  return findings;
}

/** What others than the owner may read, write or enter. */
export function openEntries(entries: readonly HomeEntry[]): readonly HomeEntry[] {
  return entries.filter(({ mode }) => (mode & 0o077) !== 0);
}

/** How much room is left where the home lies. */
export function judgeDisk(freeBytes: number): Finding {
  const found = `${size(freeBytes)} free`;
  if (freeBytes < freeNeededBytes) return fail('disk', found, 'make room: hardly anything can be written');
  if (freeBytes >= limits.diskFreeMinBytes) return ok('disk', found);
  const least = size(limits.diskFreeMinBytes);
  return warn('disk', found, `make room: below ${least} nothing is fetched from other devices`);
}

/** The file system of the home, by the type that statfs gives. */
export function judgeFileSystem(type: number): Finding {
  const name = networkTypes.get(type >>> 0);
  if (name !== undefined) {
    const remedy = 'move the home to a disk of this machine: SQLite cannot share its WAL there';
    return fail('file-system', `the home lies on a network file system (${name})`, remedy);
  }
  if (type >>> 0 === fuseType) {
    const remedy = 'if that is another machine, move the home to a disk of this one';
    return warn('file-system', 'the home lies on a file system of a program (FUSE)', remedy);
  }
  return ok('file-system', 'local');
}

function named(entries: readonly HomeEntry[]): string {
  return `${entries
    .slice(0, 3)
    .map(({ path }) => path)
    .join(', ')}${more(entries, 3)}`;
}

function more(entries: readonly HomeEntry[], shown = 5): string {
  return entries.length > shown ? ` and ${entries.length - shown} more` : '';
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0');
}
