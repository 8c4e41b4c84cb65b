import { stripVTControlCharacters } from 'node:util';

/**
 * A name that somebody else gave, on one line and without anything that a terminal would take for a command: names of
 * devices, libraries and folders come from other devices.
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\p{Cc}|\p{Bidi_Control}/gu, '·');
}
