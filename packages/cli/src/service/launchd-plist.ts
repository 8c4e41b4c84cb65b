import { homePaths } from '@shoal/service-kit';
import type { ServiceSpec } from './service-definition.ts';

/**
 * A property list for launchd: starts with the login, again after a failure. launchd knows no exit code after which it
 * would not try again; it waits ten seconds between two starts.
 */
export function launchdPlist(label: string, spec: ServiceSpec): string {
  const { home, environment } = spec;
  const { logs } = homePaths(home);
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  ${string(label)}
  <key>ProgramArguments</key>
  ${programArguments(spec)}
  <key>EnvironmentVariables</key>
  <dict>
${Object.entries(environment)
  .map(([name, value]) => `    <key>${escapeXml(name)}</key>\n    ${string(value)}\n`)
  .join('')}  </dict>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>10</integer>
  <key>ExitTimeOut</key>
  <integer>60</integer>
  <key>Umask</key>
  <integer>63</integer>
  <key>StandardErrorPath</key>
  ${string(`${logs}/supervisor.log`)}
</dict>
</plist>
`;
}

/** The part that says what is run. */
export function programArguments({ command }: ServiceSpec): string {
  return `<array>\n${command.map((word) => `    ${string(word)}\n`).join('')}  </array>`;
}

function string(text: string): string {
  return `<string>${escapeXml(text)}</string>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
