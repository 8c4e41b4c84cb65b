/**
 * Every bound in one place, with its unit and its reason. What arrives from outside is checked against these
 * at the edge (SEC-5); inside, every queue, batch, retry and wait takes its bound from here.
 */
export const limits = {
  /** User and password of a hub, in characters: in its file, in an invitation and in the configuration of nats-server. */
  hubSecretLengthMax: 256,
  /** Names of models and fields, in characters: they stand in every entry. */
  nameLengthMax: 64,
  /** Part of a field that is merged in parts, in characters: an element of a union, a key path of a map (MRG-3). */
  slotPartLengthMax: 512,
  /** Levels of JSON that is merged by its parts. */
  jsonDepthMax: 64,
  /** The id of a log and the proof of a page, in characters and bytes: others choose them, and they are kept (SEC-5). */
  logIdLengthMax: 64,
  proofBytesMax: 256,
  /** Synced fields of one model: bounds the cost of one join. */
  fieldsMax: 128,
  /** Unique constraints of one model: each is looked up for every record that is planned (MRG-7). */
  uniquesMax: 16,
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
  /** Files or contents that one request tags, or says something else of: two records each, within a group or two. */
  targetsMax: 1_000,
  /** Paths that one request asks for. */
  pathsMax: 1_000,
  /** Locations of one device in one library: each has a watcher and a loop of its own. */
  locationsMax: 1_000,
  /** Models of which one device announces the version that it knows (DEP-5). */
  announcedModelsMax: 1_000,
  /** Streams in one version vector. */
  streamsMax: 65_536,
  /** How far ahead of our wall clock a stamp may be and still move our clock (CLK-4). */
  maxDriftMs: 5 * 60_000,
  /** Devices with clocks ahead of ours that a library remembers, the latest heard: a forged entry may name any (CLK-4). */
  skewsMax: 100,
  /** Deadline of a request between services and devices (REP-4). */
  requestMs: 30_000,
  /**
   * Deadline of one attempt at the device's own log-store: an append of 1,000 entries on a busy machine takes less than
   * a second, and one that died under a request does not answer. It is asked again: it skips what it has.
   */
  logAttemptMs: 3_000,
  /** No handler works for one request longer, whatever deadline the caller sends. */
  requestMsMax: 15 * 60_000,
  /** Requests of one subject that are worked on at once, and that wait; beyond, they are refused. */
  servedAtOnceMax: 64,
  servedWaitingMax: 1_024,
  /** How long a bus that closes waits for the requests in hand. */
  busCloseMs: 5_000,
  /** How long a first connection to the bus is tried. */
  connectMs: 10_000,
  /** Heartbeats between log-stores (REP-3). */
  heartbeatMs: 5_000,
  /** Stretches of the log that a library remembers to have shipped; what is forgotten is read back. */
  shippedStretchesMax: 1_000,
  /** The relay looks at the outbox at least this often (CHG-8, S0-57). */
  relayMs: 100,
  /** The same where the system tells of each commit: for what it may not tell of. */
  relayWatchedMs: 1_000,
  /** A person may set it; a relay that looks more rarely keeps nobody up to date. */
  relayMsMax: 60_000,
  /**
   * While an index writes batches of at least so many changes, what it finds waits to be shipped, for this long at most
   * (CHG-8): about what 10,000 files take on two cores.
   */
  indexHoldChangesMin: 500,
  indexHoldMs: 5_000,
  /** Batches of an index of at least so many changes are written by a thread, which ends after a rest of this length. */
  indexThreadChangesMin: 500,
  indexThreadIdleMs: 30_000,
  /** Rounds under way at once from one log-store. */
  roundsMax: 4,
  /** Answers to a heartbeat that wants one are spread over this time, so that a fleet does not answer at once. */
  answerJitterMs: 250,
  /** A peer is asked only while it was heard within this time: three heartbeats. */
  presenceMs: 15_000,
  /** Work without progress for this long is given up and reported as stuck (REP-4). */
  stuckMs: 60_000,
  /** First and greatest delay of a retry before jitter (REP-4). */
  backoffBaseMs: 200,
  backoffCapMs: 30_000,
  /** Records that are searched for at once; others take their turn (DEP-4). */
  asksMax: 1_000,
  /** Records that one request to a device asks for, and devices asked at once. */
  askRecordsMax: 100,
  asksAtOnceMax: 4,
  /** Entries of one record in an answer: those that no other includes; more than one is rare. */
  askEntriesMax: 100,
  /** First and greatest rest of a search before jitter: what is on its way comes sooner, what nobody has costs little. */
  askBaseMs: 2_000,
  askCapMs: 10 * 60_000,
  /**
   * Ingest looks at its log this often without being told (S1-40), and so soon after the device appended, or while
   * something waits to be tried again.
   */
  ingestPollMs: 5_000,
  ingestSoonMs: 1_000,
  /** How often ingest tells what it lacks, and how long it keeps to the same records where there are more. */
  askTellMs: 5_000,
  askTurnMs: 60_000,
  /** What is orphaned stays so long, so that it comes back with what it hung on, and is looked for this often (DEP-3). */
  orphanGraceMs: 10 * 60_000,
  orphanLookMs: 30_000,
  /** Orphans looked at in one transaction. */
  orphansMax: 200,
  /**
   * Entries in quarantine, and their bytes: what comes then is passed over, and read again from the log once half of the
   * room is free (ING-3).
   */
  quarantineEntriesMax: 10_000,
  quarantineBytesMax: 64 * 1024 * 1024,
  /** What a person discarded is remembered, so that it is not shown again when a log is followed anew: the newest. */
  quarantineDiscardedMax: 10_000,
  /** Entries of the quarantine that are tried again in one transaction. */
  quarantineTriesMax: 100,
  /** First and greatest rest of what may pass by itself before it is tried again. */
  quarantineRestBaseMs: 5_000,
  quarantineRestCapMs: 10 * 60_000,
  /** Records planned anew in one transaction after an upgrade: bounds how long writers wait (DEP-5). */
  replanRecordsMax: 500,
  /** Peers that one log-store remembers; beyond, the one heard longest ago is forgotten. */
  peersMax: 1_024,
  /**
   * Entries of one group, in bytes (REP-8): with the places of `batchEntriesMax` entries and a vector of 2,000 streams
   * beside them, a page of the log still holds it.
   */
  groupBytesMax: 640 * 1024,
  /** A group that arrived in part is read as it is after this time, so that nothing waits for ever (REP-8). */
  groupWaitMs: 30_000,
  /** Pull rounds with peers that a log-store keeps to go on with after a restart (REP-2). */
  roundsKeptMax: 64,
  /** Pages of pull rounds that a log remembers, to go on where an entry has gone since (LOG-4). */
  roundsServedMax: 256,
  /** Entries that ingest may read and has not applied; beyond, pulling waits for it (ING-5). */
  unappliedMax: 10_000,
  /** Pulling stops while less is free on the disk: room for what the device itself writes (ING-5). */
  diskFreeMinBytes: 256 * 1024 * 1024,
  /** How long a caller who pauses a library waits for its services to say that they follow. */
  pauseWaitMs: 3_000,
  /** How long the leaving of a library waits for the services to close it: one may have a request in hand. */
  leaveWaitMs: 15_000,
  /** How long the leaving waits until what was written here is known to be with another device: a heartbeat and more. */
  shareWaitMs: 8_000,
  /** How often pulling that waits is looked at again (ING-5, REP-4). */
  throttleRecheckMs: 500,
  /** Entries behind the peers from which on catching up is a job that is shown as one (ING-4). */
  backfillMin: 5_000,
  /** Seqs in one acknowledgement that ingest passed over; more go in the next one (LOG-3). */
  exceptionsMax: 10_000,
  /** What a member passed over, in one of its heartbeats; with more of it, it says nothing to hubs (LOG-3). */
  ackExceptionsMax: 1_000,
  /** Sightings of a log that a library sends at once: it keeps two. */
  sightingsMax: 8,
  /** Starts that a log remembers; a sighting of an older one counts as not confirmed (REP-6). */
  livesMax: 1_000,
  /** How long a log that is new or went back waits to hear a peer: two heartbeats (REP-6). */
  settleWaitMs: 10_000,
  /** How long it waits for what the peers that it heard have. */
  settleMaxMs: 60_000,
  /** Superseded entries of one record of a log-based model that stay as its history, the newest (LOG-3). */
  historyEntriesMax: 1_000,
  /** Superseded entries go this long after ingest has acknowledged, many in one transaction (LOG-3). */
  compactDelayMs: 1_000,
  /** Rows that one step of compaction looks at: bounds how long it blocks the log-store. */
  compactRowsMax: 1_000,
  /** A log is read through in the background once within a pass, some entries at each tick (LOG-1). */
  scrubTickMs: 10_000,
  scrubPassMs: 24 * 60 * 60_000,
  /** Entries of one tick: a small log gets round sooner, a huge one takes longer than a pass and blocks nobody. */
  scrubEntriesMin: 10,
  scrubEntriesMax: 1_000,
  /** Damaged files of a log that stay beside it, for who wants to look at them. */
  damagedLogsMax: 3,
  /** Rows that one page of a pull looks at: bounds how long a page blocks the log-store. */
  pageScanMax: 50_000,
  /** Live messages waiting to be stored; beyond, they are dropped and pulled (REP-3). */
  liveQueueMax: 64,
  /** Life of a key mapping in the cache (S2-55). */
  keyCacheMs: 60_000,
  /** Key mappings in the cache. */
  keyCacheMax: 50_000,
  /** Records of one batch that an application writes, where it does not say; and what it may say (S2-54). */
  syncBatchRecords: 1_000,
  syncBatchRecordsMax: 10_000,
  /** Skipped records that are tried again in one transaction (S2-56). */
  skippedTriesMax: 1_000,
  /** How often services look for new libraries of their home. */
  librariesPollMs: 500,
  /** A service that stops finishes what it has in hand within this, then ends anyway. */
  stopMs: 20_000,
  /** One gRPC message, in bytes, both ways: what a write may take on the bus, with room. */
  grpcMessageBytesMax: 4 * 1024 * 1024,
  /** Records in one page of a list; where none is said, `pageRecordsDefault`. */
  pageRecordsMax: 1_000,
  pageRecordsDefault: 100,
  /** Bytes of one page of records, dump lines or log lines: well below a gRPC message. */
  pageBytesMax: 1024 * 1024,
  /** Pairs of model and peer by which a library's numbers are told; what comes then is `other`: others name both. */
  metricPairsMax: 1_000,
  /** Traces of the writes that one entry folds, the latest (CHG-2). */
  foldedTracesMax: 16,
  /** Settled rows that the conflict journal keeps, the newest; open ones stay as long as they are open (MRG-8). */
  conflictsSettledMax: 10_000,
  /** Events that wait for one slow watcher; what comes then is dropped and told as a gap. */
  watchQueueMax: 1_000,
  /** Watchers of one gateway at once. */
  watchersMax: 100,
  /** A watcher looks again at least this often, also when hints were lost. */
  watchPollMs: 5_000,
  /** Changes that a library keeps for those who watch it in other processes, the newest; who is further behind gets a gap. */
  notedChangesMax: 20_000,
  /** How long a program that watches counts as there after it said so, and how often it looks for what it was not told. */
  watcherMs: 60_000,
  changesPollMs: 100,
  /** Patterns of one location and the bytes of one: each is tried on every name that is met. */
  ignorePatternsMax: 200,
  ignorePatternBytesMax: 512,
  /** Deadline of a rescan, which compares a whole location. */
  rescanMs: 10 * 60_000,
  /** How long a status waits for one service before it is called unreachable. */
  statusMs: 2_000,
} as const;
