import { type Bus, subjects } from '@shoal/bus';
import type { Home, Log } from '@shoal/service-kit';
import { watchMissedHints } from './missed-hints.ts';
import { parseRecordsHint } from './records-changed.ts';
import type { GatewayParts } from './rpc.ts';

export interface FollowChangesOptions {
  readonly bus: Bus;
  readonly home: Home;
  readonly log: Log;
  readonly parts: GatewayParts;
}

/**
 * Tells the watchers what the hints of capture and ingest say, and that something may be missing wherever a hint may
 * have been lost. Returns how to stop, which ends the watches.
 */
export function followChanges({ bus, home, log, parts }: FollowChangesOptions): () => Promise<void> {
  const { watchers, libraries } = parts;
  const missed = watchMissedHints({
    paths: home.paths,
    libraries: () => libraries.list().map(({ library }) => library),
    missed: watchers.missed,
    onError: (error) => log.warn({ err: error }, 'the databases could not be looked at'),
  });
  const offConnected = bus.onConnected(() => watchers.missed());
  const hints = bus.subscribe(subjects.local.recordsChanged(home.config.deviceId), ({ payload }) => {
    const hint = parseRecordsHint(payload);
    if (hint === undefined) return watchers.missed();
    missed.heard(hint.libraryId);
    watchers.changed(hint);
  });
  return async () => {
    missed.stop();
    offConnected();
    await hints.stop();
    watchers.close();
  };
}
