import { readdirSync, readFileSync } from 'node:fs';

/** The pids of running processes whose command line names `text` (Linux; a zombie has no command line). */
export function processesNaming(text: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => pid !== process.pid && commandLine(pid).includes(text));
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // Ended since the folder was read.
    return '';
  }
}
