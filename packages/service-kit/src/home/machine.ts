import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { readsAsContainer } from '../config.ts';

/** How long a program of the system may take to name the machine. */
const askMs = 5_000;
const machineFile = '/etc/machine-id';
/** Files by which container engines mark what they run. */
const containerMarks = ['/.dockerenv', '/run/.containerenv', '/run/systemd/container'];

/**
 * What tells this machine from others and stays after a restart: a keyed hash, as the id itself is not to be shown.
 * Null where there is nothing such: in containers, whose ids come from an image or with each start, and on systems
 * that make a new id at each boot. Never throws: a device must start where its machine has no name.
 */
export function machineOf(): string | null {
  const id = readMachineId();
  return id === null ? null : createHmac('sha256', id).update('shoal home').digest('hex').slice(0, 32);
}

function readMachineId(): string | null {
  try {
    switch (process.platform) {
      case 'linux':
        return linuxMachineId();
      case 'darwin':
        return macMachineId(ask('ioreg', ['-rd1', '-c', 'IOPlatformExpertDevice']));
      case 'win32':
        return windowsMachineId(
          ask('reg', ['query', 'HKLM\\SOFTWARE\\Microsoft\\Cryptography', '/v', 'MachineGuid']),
        );
      default:
        return null;
    }
  } catch {
    // Without a name the path alone says where the home is.
    return null;
  }
}

function linuxMachineId(): string | null {
  if (readsAsContainer() || containerMarks.some((mark) => existsSync(mark))) return null;
  // Mounted over: an id of this boot alone (machine-id(5)).
  if (statSync(machineFile).dev !== statSync('/etc').dev) return null;
  return /^[0-9a-f]{32}$/.exec(readFileSync(machineFile, 'latin1').trim())?.[0] ?? null;
}

/** The id in what `ioreg` says of the platform. */
export function macMachineId(text: string): string | null {
  return /"IOPlatformUUID"\s*=\s*"([0-9A-Fa-f-]{36})"/.exec(text)?.[1] ?? null;
}

/** The id in what `reg query` says. */
export function windowsMachineId(text: string): string | null {
  return /MachineGuid\s+REG_SZ\s+([0-9A-Fa-f-]{36})/.exec(text)?.[1] ?? null;
}

function ask(program: string, args: readonly string[]): string {
  return execFileSync(program, [...args], {
    encoding: 'utf8',
    timeout: askMs,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
