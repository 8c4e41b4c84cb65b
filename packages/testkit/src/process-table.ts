import { execFileSync } from 'node:child_process';

/** One process of this machine as `ps` shows it. */
export interface ListedProcess {
  readonly pid: number;
  readonly parent: number;
  readonly commandLine: string;
}

/** All processes whose command line holds `text`, such as the path of a test's own folder; zombies left out. */
export function processesNaming(text: string): ListedProcess[] {
  return listProcesses().filter(({ pid, commandLine }) => commandLine.includes(text) && pid !== process.pid);
}

/** The processes that `pid` started, and those that they started, as far as they still run. */
export function descendantsOf(pid: number): ListedProcess[] {
  const all = listProcesses();
  const found: ListedProcess[] = [];
  const parents = new Set([pid]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const one of all) {
      if (!parents.has(one.parent) || parents.has(one.pid)) continue;
      parents.add(one.pid);
      found.push(one);
      grew = true;
    }
  }
  return found;
}

function listProcesses(): ListedProcess[] {
  const text = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,command='], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return text.split('\n').flatMap((line) => {
    const [, pid, parent, state, commandLine] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    if (pid === undefined || commandLine === undefined || state?.startsWith('Z')) return [];
    return [{ pid: Number(pid), parent: Number(parent), commandLine }];
  });
}
