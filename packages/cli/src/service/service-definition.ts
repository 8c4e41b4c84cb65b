import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { errorCatalogue, ShoalError } from '@shoal/core';
import { defaultHome, homePaths } from '@shoal/service-kit';
import { launchdPlist, programArguments } from './launchd-plist.ts';
import { execStart, systemdUnit } from './systemd-unit.ts';

/** What an init system runs for a device. */
export interface ServiceSpec {
  /** Folder of the device. */
  readonly home: string;
  /** Program and arguments, absolute where they are paths. */
  readonly command: readonly string[];
  /** What of the settings was given by flag or environment, as it is not there when the system starts. */
  readonly environment: Readonly<Record<string, string>>;
  /** Exit codes after which another start would end the same way. */
  readonly finalExitCodes: readonly number[];
}

/** The file by which an init system of a person's own knows a device, and the commands that make it known. */
export interface ServiceDefinition {
  readonly system: 'systemd' | 'launchd';
  /** As the system calls it. */
  readonly name: string;
  readonly file: string;
  readonly text: string;
  /** The part of the text that says what is run. */
  readonly commandText: string;
  /** Make it start now and at each login. */
  readonly enable: readonly (readonly string[])[];
  /** Take that back, and stop it. */
  readonly disable: readonly (readonly string[])[];
  /** Ends with 0 where it runs. */
  readonly isActive: readonly string[];
}

/**
 * What is to be written, and run, for a device on this system. Throws `missing-dependency` where there is neither systemd
 * nor launchd.
 */
export function serviceDefinition(
  spec: ServiceSpec,
  system: {
    readonly platform: NodeJS.Platform;
    readonly uid: number;
    readonly environment: Readonly<Record<string, string>>;
  },
): ServiceDefinition {
  switch (system.platform) {
    case 'linux':
      return systemdDefinition(spec, system.environment);
    case 'darwin':
      return launchdDefinition(spec, system.uid);
    default:
      throw new ShoalError(
        'missing-dependency',
        `there is neither systemd nor launchd on ${system.platform}; start \`shoal up --home ${spec.home}\` by what there is`,
      );
  }
}

/**
 * Exit codes after which trying again cannot help: of all errors that are not retryable. 1 is a bug, and may pass; what
 * a code shares with an error that may pass is tried, too.
 */
export function finalExitCodes(): readonly number[] {
  const entries = Object.values(errorCatalogue);
  const mayPass = new Set([
    1,
    ...entries.filter(({ retryable }) => retryable).map(({ exitCode }) => exitCode),
  ]);
  const all = new Set(entries.map(({ exitCode }) => exitCode));
  return [...all].filter((code) => !mayPass.has(code)).sort((a, b) => a - b);
}

function systemdDefinition(
  spec: ServiceSpec,
  environment: Readonly<Record<string, string>>,
): ServiceDefinition {
  const name = `shoal${suffixOf(spec.home)}.service`;
  const { XDG_CONFIG_HOME: xdg = '' } = environment;
  const folder = isAbsolute(xdg) ? xdg : join(homedir(), '.config');
  const systemctl = (...args: readonly string[]) => ['systemctl', '--user', ...args];
  return {
    system: 'systemd',
    name,
    file: join(folder, 'systemd', 'user', name),
    text: systemdUnit(spec),
    commandText: execStart(spec),
    enable: [systemctl('daemon-reload'), systemctl('enable', '--now', name)],
    disable: [systemctl('disable', '--now', name)],
    isActive: systemctl('is-active', '--quiet', name),
  };
}

function launchdDefinition(spec: ServiceSpec, uid: number): ServiceDefinition {
  const name = `org.shoal.device${suffixOf(spec.home).replace('-', '.')}`;
  const file = join(homedir(), 'Library', 'LaunchAgents', `${name}.plist`);
  return {
    system: 'launchd',
    name,
    file,
    text: launchdPlist(name, spec),
    commandText: programArguments(spec),
    enable: [['launchctl', 'bootstrap', `gui/${uid}`, file]],
    disable: [['launchctl', 'bootout', `gui/${uid}/${name}`]],
    isActive: ['launchctl', 'print', `gui/${uid}/${name}`],
  };
}

/** A person may have several devices on one machine: all but the default one carry a sign of their home. */
function suffixOf(home: string): string {
  const { dir } = homePaths(home);
  if (dir === homePaths(defaultHome()).dir) return '';
  return `-${createHash('sha256').update(dir).digest('hex').slice(0, 8)}`;
}
