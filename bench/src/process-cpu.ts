import { readFileSync } from 'node:fs';

/** Ticks of `/proc/PID/stat` in a second: Linux says 100 to programs, whatever the kernel runs with. */
const ticksPerSecond = 100;

/** Seconds of a core that a process has used so far, also in the kernel, without its children. Linux alone. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name in brackets, in which anything may stand.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user = 0, system = 0] = fields.slice(11, 13).map(Number);
  return (user + system) / ticksPerSecond;
}
