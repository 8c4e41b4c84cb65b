import type { DeviceId, LibraryId } from '@shoal/core';

/** Services that other services of the device call. */
export type BusService = 'capture' | 'log-store' | 'ingest';

/** What no leaf link carries, in either direction (SEC-2). */
export const localSubjects = 'local.>';

/** All subjects of a library. */
export const allOfLibrary = (library: LibraryId) => `lib.${library}.>`;

/**
 * Subjects between the services of one device; they and their inboxes never leave it (SEC-2). Each hint says "look
 * again" and may be lost: whoever listens also looks by itself.
 */
export const local = {
  /** Prefix of a service's methods: `PREFIX.Append`. */
  rpc: (device: DeviceId, service: BusService) => `local.${device}.rpc.${service}`,
  /** LogCommitted, by the log-store after each commit. */
  logCommitted: (device: DeviceId) => `local.${device}.log.committed`,
  /** Empty, by capture and other writers after a commit, for the relay. */
  outboxReady: (device: DeviceId) => `local.${device}.outbox.ready`,
  /** RecordsChanged, by capture and ingest after each commit. */
  recordsChanged: (device: DeviceId) => `local.${device}.records.changed`,
  /** Where answers to requests over the local connection go. */
  inboxPrefix: (device: DeviceId) => `local.${device}.inbox`,
} as const;

/** Subjects between the devices of a library. What a device says or answers stands under its own id (SEC-2). */
export const shared = {
  /** Prefix of the methods that the log-store of `device` serves to others: `PREFIX.Pull`. */
  rpc: (library: LibraryId, device: DeviceId) => `lib.${library}.rpc.${device}.log-store`,
  /** LiveEntries of `device` (REP-3). */
  live: (library: LibraryId, device: DeviceId) => `lib.${library}.live.${device}`,
  /** LiveEntries of all devices. */
  anyLive: (library: LibraryId) => `lib.${library}.live.*`,
  /** Heartbeat of `device` (REP-3). */
  heartbeat: (library: LibraryId, device: DeviceId) => `lib.${library}.heartbeat.${device}`,
  /** Heartbeats of all devices. */
  anyHeartbeat: (library: LibraryId) => `lib.${library}.heartbeat.*`,
  /** Where answers to requests over the library connection go. */
  inboxPrefix: (device: DeviceId) => `inbox.${device}`,
} as const;

/** All subjects, in one place: `subjects.local` and `subjects.shared`. */
export const subjects = { local, shared } as const;

/** The device at the end of a subject of `shared.anyLive` or `shared.anyHeartbeat`. */
export function deviceOfSubject(subject: string): DeviceId {
  return subject.slice(subject.lastIndexOf('.') + 1) as DeviceId;
}

/** Whether a subject falls under a pattern with `*` and a last `>`. */
export function matchesSubject(pattern: string, subject: string): boolean {
  const wanted = pattern.split('.');
  const parts = subject.split('.');
  for (const [index, part] of wanted.entries()) {
    if (part === '>') return parts.length > index;
    if (parts[index] === undefined || (part !== '*' && part !== parts[index])) return false;
  }
  return parts.length === wanted.length;
}
