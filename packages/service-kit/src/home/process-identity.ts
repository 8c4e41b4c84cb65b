import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One process of this machine: a pid is given again, its start time with it is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; compared for equality only. */
  readonly startTime: string;
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startTime: startTimeOf(process.pid) ?? 'unknown' };
}

/** Whether that very process still runs, not another one with its pid. */
export function isRunning(identity: ProcessIdentity): boolean {
  return startTimeOf(identity.pid) === identity.startTime;
}

/**
 * When the process of that pid started, or undefined if there is none. On Linux ticks since boot together with
 * the boot; a zombie counts as ended. Elsewhere what `ps` says, in seconds.
 */
export function startTimeOf(pid: number): string | undefined {
  if (!Number.isInteger(pid) || pid < 1) return undefined;
  return process.platform === 'linux' ? linuxStartTime(pid) : psStartTime(pid);
}

function linuxStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command stands in brackets and may hold spaces and brackets itself: count from the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8);
    return `${fields[19]}@${boot}`;
  } catch {
    // No such process, or it went between the two reads.
    return undefined;
  }
}

function psStartTime(pid: number): string | undefined {
  try {
    const text = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return text.trim() || undefined;
  } catch {
    // `ps` answers by its exit code that there is none.
    return undefined;
  }
}
