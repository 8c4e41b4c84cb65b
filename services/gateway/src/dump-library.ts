import { limits } from '@shoal/core';
import type { DumpLines } from '@shoal/proto';
import type { GatewayLibrary } from './gateway-library.ts';

/** Well below a message, so that other calls get their turn between two of them. */
const messageBytes = limits.pageBytesMax / 4;

/**
 * The canonical dump of one moment, line by line, in messages of bounded size. It has a reader and a read
 * transaction of its own for as long as it lasts.
 */
export async function* dumpLibrary(library: GatewayLibrary, signal: AbortSignal): AsyncGenerator<DumpLines> {
  const reader = library.openReader();
  try {
    let lines: string[] = [];
    let bytes = 0;
    for (const line of reader.dump()) {
      lines.push(line);
      bytes += line.length;
      if (bytes < messageBytes) continue;
      yield { lines };
      if (signal.aborted) return;
      lines = [];
      bytes = 0;
    }
    if (lines.length > 0) yield { lines };
  } finally {
    reader.close();
  }
}
