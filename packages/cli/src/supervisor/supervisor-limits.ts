/** Every bound of the supervisor, with its unit and its reason. */
export const supervisorLimits = {
  /** From the start of a child to its word that it is ready: a service that migrates, on a machine under load. */
  readyMs: 60_000,
  /** How often a child is asked whether it is ready. */
  readyPollMs: 25,
  /** Starts in a row that failed before the wait for readiness is given up. */
  failedStartsMax: 5,
  /** A service may take `limits.stopMs` to stop and ends itself then; after this it is killed. */
  stopMs: 22_000,
  /** What an earlier supervisor left has its stdin closed and is ending already; after this it is killed. */
  reapMs: 5_000,
  /** The first restart comes almost at once, later ones after a random part of a doubling time. */
  restartFirstMs: 100,
  restartCapMs: 5_000,
  /** A child that lived this long has recovered: its next restart counts as the first. */
  steadyMs: 10_000,
  /** A log larger than this is set aside and begins anew; so many older files are kept of each. */
  logBytesMax: 10 * 1024 * 1024,
  logsKeptMax: 3,
  /** How often that is looked at: what a service that only complains writes meanwhile is a few MB. */
  logLookMs: 30_000,
  /** From the start of a device in the background to its word: nats-server and services, each within `readyMs`. */
  detachedReadyMs: 150_000,
  /** How long a device that was asked to end is waited for: services and nats-server, one after the other. */
  deviceStopMs: 60_000,
} as const;
