import {
  EntryHeader,
  type LogLine,
  type ReadLogReply,
  type ReadLogRequest,
  type SequencedEntry,
} from '@shoal/proto';
import { checkLimit } from './check-request.ts';
import type { DeviceServices } from './device-services.ts';

/** The log as people read it: headers and positions, no payloads; a header that does not parse is left out. */
export async function readLog(services: DeviceServices, request: ReadLogRequest): Promise<ReadLogReply> {
  const { libraryId, fromSeq } = request;
  const limit = checkLimit(request.limit);
  const reply = await services.logStore.read({ libraryId, logId: '', fromSeq, limit });
  const { logId, nextSeq, headSeq } = reply;
  return { logId, lines: reply.entries.map(logLine), nextSeq, headSeq };
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
