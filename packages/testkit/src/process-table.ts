import { execFileSync } from 'node:child_process';

/** One process of this machine as `ps` shows it. */
export interface ListedProcess {
  readonly pid: number;
  readonly commandLine: string;
}

/** All processes whose command line holds `text`, such as the path of a test's own folder; zombies left out. */
export function processesNaming(text: string): ListedProcess[] {
  return listProcesses().filter(({ pid, commandLine }) => commandLine.includes(text) && pid !== process.pid);
}

function listProcesses(): ListedProcess[] {
  const text = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,stat=,command='], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return text.split('\n').flatMap((line) => {
    const [, pid, state, commandLine] = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    if (pid === undefined || commandLine === undefined || state?.startsWith('Z')) return [];
    return [{ pid: Number(pid), commandLine }];
  });
}
