import { limits } from '@shoal/core';
import { type Entry, entryToWire, type PositionedEntry } from '@shoal/proto';
import { wireEntryBytes } from '../serve/wire-entry.ts';

/**
 * The messages that tell others of one commit, in order, each within what the bus carries (REP-3). An entry always
 * fits alone: its payload is bounded far below a message.
 */
export function planLiveMessages(entries: readonly PositionedEntry[]): Entry[][] {
  const messages: Entry[][] = [];
  let message: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const wire = entryToWire(entry, entry.position);
    const added = wireEntryBytes(wire);
    const isFull = message.length === limits.batchEntriesMax || bytes + added > limits.messageBytesMax;
    if (isFull && message.length > 0) {
      messages.push(message);
      message = [];
      bytes = 0;
    }
    message.push(wire);
    bytes += added;
  }
  if (message.length > 0) messages.push(message);
  return messages;
}
