import { type LibraryId, type LogId, type LogSighting, limits, type StreamId } from '@shoal/core';
import {
  type Client,
  type LogStoreDefinition,
  lastSightingToWire,
  lifeFromBytes,
  sightingsToWire,
  uuidToBytes,
} from '@shoal/proto';

/** What an answer of a log-store says of itself. */
export interface LogAnswer {
  readonly logId: string;
  readonly life: Uint8Array;
}

/** Sees to it that a log that went back is found out before anybody builds on it (REP-6). */
export interface LogRecognition {
  /** Says what the library saw before anything is appended, as that would hide it. Throws what the request throws. */
  introduce(): Promise<void>;
  /**
   * The id of the log that gave `answer`, once its log-store knows what the library saw of it: it may have taken
   * another since. Null: the log-store started anew meanwhile; ask again. Throws what the request throws.
   */
  idOf(answer: LogAnswer): Promise<LogId | null>;
}

/**
 * One per caller of a log-store: asks only when it meets a life of the log-store that it has not met before.
 * `sightings` are read then, and must not be replaced by newer ones before `idOf` has answered.
 */
export function openLogRecognition(options: {
  readonly libraryId: LibraryId;
  readonly logStore: Pick<Client<typeof LogStoreDefinition>, 'recognise'>;
  readonly sightings: () => readonly LogSighting[];
  /** Where the relay appended last (LOG-1). */
  readonly lastAppend: () => LogSighting | null;
  /** Of ingest: where it read the log last (LOG-1). */
  readonly lastRead?: () => LogSighting | null;
}): LogRecognition {
  const libraryId = uuidToBytes(options.libraryId);
  let knownLife: StreamId | undefined;
  async function recognise() {
    const request = {
      libraryId,
      sightings: sightingsToWire(options.sightings()),
      wholeLogId: '',
      lastAppend: lastSightingToWire(options.lastAppend()),
      lastRead: options.lastRead && lastSightingToWire(options.lastRead()),
    };
    const reply = await options.logStore.recognise(request, { timeoutMs: limits.logAttemptMs });
    knownLife = lifeFromBytes<StreamId>(reply.life, 'life');
    return reply;
  }

  return {
    async introduce() {
      if (knownLife === undefined) await recognise();
    },
    async idOf(answer) {
      const life = lifeFromBytes<StreamId>(answer.life, 'life');
      if (life === knownLife) return answer.logId as LogId;
      const reply = await recognise();
      return knownLife === life ? (reply.logId as LogId) : null;
    },
  };
}
