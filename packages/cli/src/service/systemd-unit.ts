import type { ServiceSpec } from './service-definition.ts';

/**
 * A unit of systemd for a person's own manager: starts with the login, again after a failure, but not after one that
 * would only come again; asks the supervisor alone to end, which stops its children in order.
 */
export function systemdUnit(spec: ServiceSpec): string {
  const { home, environment, finalExitCodes } = spec;
  return `[Unit]
Description=Shoal device in ${escapeSpecifiers(home)}
StartLimitIntervalSec=300
StartLimitBurst=10

[Service]
Type=exec
${execStart(spec)}
${Object.entries(environment)
  .map(([name, value]) => `Environment=${quote(`${name}=${escapeSpecifiers(value)}`)}\n`)
  .join('')}Restart=on-failure
RestartSec=5
RestartPreventExitStatus=${finalExitCodes.join(' ')}
KillMode=mixed
TimeoutStopSec=60
UMask=0077

[Install]
WantedBy=default.target
`;
}

/** The line that says what is run. */
export function execStart({ command }: ServiceSpec): string {
  return `ExecStart=${command.map(quoteArgument).join(' ')}`;
}

/** A word of a command line: systemd would take variables and specifiers in it apart. */
function quoteArgument(text: string): string {
  return quote(escapeSpecifiers(text).replaceAll('$', () => '$$'));
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function escapeSpecifiers(text: string): string {
  return text.replaceAll('%', '%%');
}
