/**
 * Every bound in one place, with its unit and its reason. What arrives from outside is checked against these
 * at the edge (SEC-5); inside, every queue, batch, retry and wait takes its bound from here.
 */
export const limits = {
  /** Names of models and fields, in characters: they stand in every entry. */
  nameLengthMax: 64,
  /** Synced fields of one model: bounds the cost of one join. */
  fieldsMax: 128,
  /** Replicas in one record's version; usually one to three. */
  versionReplicasMax: 1_024,
  /** Siblings of one record over all of its fields. */
  siblingsMax: 4_096,
  /** Text or blob of one field, in bytes. */
  valueBytesMax: 256 * 1024,
  /** One sealed payload, in bytes: below the 1 MB that NATS carries, with room for the header. */
  payloadBytesMax: 512 * 1024,
  /** One message on the bus, in bytes; NATS refuses above 1 MB. */
  messageBytesMax: 900 * 1024,
  /** Entries in one message or page. */
  batchEntriesMax: 1_000,
  /** Records in one write request. */
  mutationsMax: 1_000,
  /** Streams in one version vector. */
  streamsMax: 65_536,
  /** How far ahead of our wall clock a stamp may be and still move our clock (CLK-4). */
  maxDriftMs: 5 * 60_000,
  /** Deadline of a request between services and devices (REP-4). */
  requestMs: 30_000,
  /** Heartbeats between log-stores (REP-3). */
  heartbeatMs: 5_000,
  /** The relay looks at the outbox at least this often (CHG-8, S0-57). */
  relayMs: 100,
  /** Rounds under way at once from one log-store. */
  roundsMax: 4,
  /** Life of a key mapping in the cache (S2-55). */
  keyCacheMs: 60_000,
  /** Key mappings in the cache. */
  keyCacheMax: 50_000,
} as const;
