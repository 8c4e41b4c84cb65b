import {
  EntryHeader,
  type LogLine,
  type ReadLogReply,
  type ReadLogRequest,
  type SequencedEntry,
} from '@shoal/proto';
import { checkDomain, checkLimit } from './check-request.ts';
import type { DeviceServices } from './device-services.ts';

/**
 * The log as people read it: headers and positions, no payloads; a header that does not parse is left out. With a
 * filter only the lines that pass it, of as many entries as `limit` says: read on at `nextSeq` (S1-42).
 */
export async function readLog(services: DeviceServices, request: ReadLogRequest): Promise<ReadLogReply> {
  const { libraryId, fromSeq } = request;
  checkDomain(request.domain);
  const limit = checkLimit(request.limit);
  const reply = await services.logStore.read({ libraryId, logId: '', fromSeq, limit });
  const { logId, nextSeq, headSeq } = reply;
  const lines = reply.entries.map(logLine).filter((line) => passes(line, request));
  return { logId, lines, nextSeq, headSeq };
}

/** What cannot be read passes no filter. */
function passes({ header }: LogLine, { domain, syncReady }: ReadLogRequest): boolean {
  if (domain !== undefined && header?.domain !== domain) return false;
  return syncReady === undefined || header?.syncReady === syncReady;
}

function logLine({ seq, entry }: SequencedEntry): LogLine {
  return {
    seq,
    header: entry && headerOf(entry.header),
    position: entry?.position,
    sealedBytes: entry?.sealed.length ?? 0,
  };
}

function headerOf(bytes: Uint8Array): EntryHeader | undefined {
  try {
    return EntryHeader.decode(bytes);
  } catch {
    // A damaged entry is the log-store's to report; its line shows position and size.
    return undefined;
  }
}
