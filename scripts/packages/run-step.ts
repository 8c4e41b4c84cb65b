import { spawnSync } from 'node:child_process';

export interface StepOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** Runs a program to its end and returns what it wrote to stdout. Throws, with all it wrote, if it fails or takes too long. */
export function runStep(
  command: string,
  args: readonly string[],
  { cwd, env = {}, timeoutMs = 300_000 }: StepOptions,
): string {
  const { status, signal, stdout, stderr, error } = spawnSync(command, [...args], {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: timeoutMs,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status === 0) return stdout;
  const how = error?.message ?? signal ?? `exit code ${status}`;
  throw new Error(`${command} ${args.join(' ')}: ${how}\n${stdout}${stderr}`);
}
