import type { RescanLocationReply } from '@shoal/client';

/** What a rescan found: how many files and folders, by what was done with them, as JSON. */
export function describeRescan(reply: RescanLocationReply): Readonly<Record<string, number>> {
  const { created, updated, moved, deleted, unchanged, skipped, hashed } = reply;
  return { created, updated, moved, deleted, unchanged, skipped, hashed };
}
