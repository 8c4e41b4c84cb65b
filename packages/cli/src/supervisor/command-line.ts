import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The command line of a process, its arguments joined by spaces; undefined if there is no such process. */
export function commandLineOf(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux') return askPs(pid);
    const text = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return text.replaceAll('\0', ' ').trim() || undefined;
  } catch {
    // It went away, or was never there: the callers ask for that.
    return undefined;
  }
}

function askPs(pid: number): string | undefined {
  return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
}
