import { encodeHeader, type Header, type ParsedEntry } from '@shoal/proto';
import { type KeyRing, sealPayload } from '../crypto/seal.ts';

const noSignature = Buffer.alloc(0);

/** An entry as capture hands it over: its payload sealed with its header bound to it (CHG-4). */
export function sealedEntry(ring: KeyRing, header: Header, payload: Buffer): ParsedEntry {
  const headerBytes = encodeHeader(header);
  const sealed = sealPayload(ring, header.keyId, headerBytes, payload);
  return { header, headerBytes, sealed, signature: noSignature };
}
