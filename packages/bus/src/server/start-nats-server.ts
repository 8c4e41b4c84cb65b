import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { limits, ShoalError } from '@shoal/core';
import { withinMs } from '../within-ms.ts';
import { natsServerCommand } from './nats-server-command.ts';
import { portsFilePath, readClientPort, removePortsFiles } from './ports-file.ts';

export interface StartNatsServerOptions {
  /** As `findNatsServer` says. */
  readonly executable: string;
  /** What `deviceServerConfig` or `hubServerConfig` made. */
  readonly config: string;
  /** Written 0600 before the start. */
  readonly configPath: string;
  readonly logPath: string;
  /** Where the server says that it is ready; for this server alone, what others left is removed. */
  readonly portsFolder: string;
  /** How long it may take to be ready; `limits.connectMs` where it is not given. */
  readonly deadlineMs?: number;
}

/** A nats-server that is a child of this process and ends with it. */
export interface NatsServerProcess {
  readonly pid: number;
  /** Where clients connect, on 127.0.0.1. */
  readonly port: number;
  /** How it ended, in words; never rejects. */
  readonly ended: Promise<string>;
  /** Ends it, by SIGKILL if SIGTERM takes more than five seconds. Idempotent. */
  stop(): Promise<void>;
}

const pollMs = 20;
const graceMs = 5_000;

/**
 * Starts a nats-server and waits until it is ready. Throws `unavailable` naming its log when it ends or is not ready
 * within the deadline; then nothing is left running.
 */
export async function startNatsServer(options: StartNatsServerOptions): Promise<NatsServerProcess> {
  const { executable, config, configPath, logPath, portsFolder } = options;
  for (const folder of [dirname(configPath), dirname(logPath), portsFolder]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  await writeConfig(configPath, config);
  // Before the start: after it, this could be the new server's.
  await removePortsFiles(portsFolder);
  const { command, args } = natsServerCommand({ executable, configPath, logPath, portsFolder });
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  // It ends while we write nothing: the pipe's error says no more than `ended`.
  child.stdin.on('error', () => undefined);
  const ended = endOf(child);
  const { pid } = child;
  if (pid === undefined) throw notReady(await ended, logPath);
  const portsFile = portsFilePath(portsFolder, executable, pid);
  const stop = async () => {
    child.kill('SIGTERM');
    await withinMs(graceMs, ended);
    child.kill('SIGKILL');
    await ended;
  };

  let end: string | undefined;
  void ended.then((how) => {
    end = how;
  });
  const untilMs = performance.now() + (options.deadlineMs ?? limits.connectMs);
  while (end === undefined && performance.now() < untilMs) {
    const port = await readClientPort(portsFile);
    if (port !== undefined) return { pid, port, ended, stop };
    await delay(pollMs);
  }
  await stop();
  throw notReady(end ?? 'it was not ready in time', logPath);
}

/** By a rename, and never in the rights of an older file. */
async function writeConfig(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(text);
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

async function endOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    return signal === null ? `it ended with code ${code}` : `it ended by ${signal}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function notReady(how: string, logPath: string): ShoalError {
  return new ShoalError('unavailable', `nats-server did not start: ${how}; its log is ${logPath}`);
}
