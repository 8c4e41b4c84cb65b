import type { Command } from 'commander';
import { addSettingFlags } from './settings/settle-settings.ts';

/** Options that every command takes. */
export interface CommonOptions {
  readonly home: string;
  readonly json?: boolean;
}

/** Options of commands that are about one library. */
export interface LibraryOptions extends CommonOptions {
  readonly library?: string;
}

/** Adds a command with the options that all of them take. */
export function addCommand(parent: Command, usage: string, summary: string): Command {
  const command = parent.command(usage).summary(summary).description(summary);
  return addSettingFlags(command, 'home', 'json', 'colour');
}

/** Adds a command that is about one library. */
export function addLibraryCommand(parent: Command, usage: string, summary: string): Command {
  return addCommand(parent, usage, summary).option(
    '--library <id|name>',
    'which library, where the device has more than one',
  );
}
