import type { DeviceId, LibraryId } from '@shoal/core';
import type { ParsedEntry } from '@shoal/proto';
import { type EntryOf, entryLabels, noteStep, openInstruments } from '@shoal/telemetry';

/** How far apart this device and one that is heard are, in entries. */
export interface PeerDistance {
  readonly device: DeviceId;
  readonly behind: number;
  readonly ahead: number;
}

/** What the log of a library tells of itself. */
export interface LogTelemetry {
  /** Takes a group of this device into the log by `append`, and tells of what was taken. */
  appending<Taken extends readonly ParsedEntry[]>(append: () => Taken): Taken;
  /** Entries of other devices were stored, since `sinceMs` (Unix ms). */
  received(entries: readonly ParsedEntry[], sinceMs: number): void;
  /** Entries were told to the devices that are heard. */
  sentLive(entries: readonly ParsedEntry[], peers: () => readonly DeviceId[]): void;
  /** So many entries were given to the device that asked for them. */
  given(entries: number, peer: DeviceId | undefined): void;
  /** Asks a device for a page by `ask`, and tells how long that took. */
  asking<Reply>(peer: DeviceId, ask: () => Promise<Reply>): Promise<Reply>;
  /** Entries of that device were not taken, for these reasons. */
  refused(peer: DeviceId, reasons: readonly string[]): void;
  superseded(entries: number): void;
  /** A round with that device failed and will be made again. */
  retried(peer: DeviceId): void;
  /** Is asked how far the devices that are heard are, when somebody looks. Returns how to stop. */
  distances(read: () => readonly PeerDistance[]): () => void;
}

/** Opens the instruments and labels what they tell with the library. */
export function logTelemetry(library: LibraryId): LogTelemetry {
  const meters = openInstruments();
  const labels = entryLabels(library);
  const ofPeer = (peer: DeviceId) => labels.of({ peer });
  return {
    appending(append) {
      const startMs = performance.now();
      const sinceMs = Date.now();
      const taken = append();
      noteStep('shoal.append', headersOf(taken), sinceMs);
      if (!meters.isKept) return taken;
      meters.append.record(performance.now() - startMs, { library });
      labels.add(meters.appended, modelsOf(taken));
      return taken;
    },
    received(entries, sinceMs) {
      noteStep('shoal.receive', headersOf(entries), sinceMs);
      if (!meters.isKept) return;
      meters.receive.record(Math.max(0, Date.now() - sinceMs), { library });
      labels.add(meters.received, makersOf(entries));
    },
    sentLive(entries, peers) {
      if (!meters.isKept) return;
      for (const peer of peers()) labels.add(meters.sent, modelsOf(entries, peer));
    },
    given: (entries, peer) => meters.sent.add(entries, { ...labels.of({ peer }), reason: 'asked' }),
    async asking(peer, ask) {
      const startMs = performance.now();
      const reply = await ask();
      meters.pull.record(performance.now() - startMs, ofPeer(peer));
      return reply;
    },
    refused(peer, reasons) {
      for (const reason of reasons) meters.refused.add(1, { ...ofPeer(peer), reason });
    },
    superseded: (entries) => meters.superseded.add(entries, { library }),
    retried: (peer) => meters.retried.add(1, { ...ofPeer(peer), reason: 'pull' }),
    distances(read) {
      const stops = (['behind', 'ahead'] as const).map((name) =>
        meters[name].observeEach(() => read().map((peer) => [peer[name], ofPeer(peer.device)])),
      );
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}

function* headersOf(entries: readonly ParsedEntry[]) {
  for (const { header } of entries) yield header;
}

function* modelsOf(entries: readonly ParsedEntry[], peer?: DeviceId): Iterable<EntryOf> {
  for (const { header } of entries) yield { model: header.model, peer };
}

function* makersOf(entries: readonly ParsedEntry[]): Iterable<EntryOf> {
  for (const { header } of entries) yield { model: header.model, peer: header.origin };
}
