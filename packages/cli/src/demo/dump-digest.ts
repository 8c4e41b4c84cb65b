import { createHash } from 'node:crypto';
import type { GatewayClient } from '@shoal/client';

/** SHA-256, in hex, of the lines of a library's canonical dump joined by newlines. Equal on devices that agree. */
export async function dumpDigest(gateway: GatewayClient, libraryId: Buffer): Promise<string> {
  const hash = createHash('sha256');
  let isFirst = true;
  for await (const { lines } of gateway.dump({ libraryId })) {
    for (const line of lines) {
      if (!isFirst) hash.update('\n');
      hash.update(line);
      isFirst = false;
    }
  }
  return hash.digest('hex');
}
