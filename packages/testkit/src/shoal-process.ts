import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ProcessLedger } from './process-ledger.ts';
import { until } from './until.ts';

/** How a process ended, and what it wrote. */
export interface ShoalEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `shoal` with some arguments, as a process of its own. */
export interface ShoalProcess {
  readonly pid: number;
  readonly ended: Promise<ShoalEnd>;
  /** What it has written so far. */
  output(): { readonly stdout: string; readonly stderr: string };
  /** Waits for a line of stdout that is whole and passes; fails with what it wrote if it ends before. */
  line(isWanted: (line: string) => boolean): Promise<string>;
  signal(signal: NodeJS.Signals): void;
}

export interface StartShoalOptions {
  readonly ledger: ProcessLedger;
  /** What it reads; where it is not given stdin stays open, and its end, when the test is gone, ends the process. */
  readonly stdin?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const main = fileURLToPath(import.meta.resolve('@shoal/cli'));

/** Starts `shoal`. It is in a process group of its own, so that a signal to the test's does not reach it. */
export function startShoal(args: readonly string[], options: StartShoalOptions): ShoalProcess {
  return startProgram(process.execPath, [main, ...args], options);
}

/** Runs `shoal` to its end. */
export function runShoal(args: readonly string[], options: StartShoalOptions): Promise<ShoalEnd> {
  return startShoal(args, options).ended;
}

/** Starts any program in the same way. */
export function startProgram(
  command: string,
  args: readonly string[],
  options: StartShoalOptions,
): ShoalProcess {
  const child = spawn(command, [...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, SHOAL_SUPERVISED: '1', ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} could not be started`);
  options.ledger.add(pid);
  child.stdin.on('error', () => undefined);
  if (options.stdin !== undefined) child.stdin.end(options.stdin);
  const written = collect(child);
  let end: ShoalEnd | undefined;
  const ended = new Promise<ShoalEnd>((resolve) => {
    child.once('close', (code, signal) => {
      end = { code, signal, ...written() };
      resolve(end);
    });
  });
  return {
    pid,
    ended,
    output: written,
    line: async (isWanted) => {
      const found = () => written().stdout.split('\n').slice(0, -1).find(isWanted);
      const line = await until('the line', () => found() ?? (end === undefined ? undefined : end), {
        deadlineMs: 90_000,
      });
      if (typeof line === 'string') return line;
      throw new Error(`it ended with ${line.code ?? line.signal}:\n${line.stdout}${line.stderr}`);
    },
    signal: (signal) => {
      child.kill(signal);
    },
  };
}

function collect(child: ChildProcess): () => { readonly stdout: string; readonly stderr: string } {
  const written = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    written.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    written.stderr += text;
  });
  return () => ({ ...written });
}
