import { ShoalError } from '@shoal/core';
import sodium from 'sodium-native';

/** The keys of a library by their ids (CHG-4). */
export interface KeyRing {
  readonly currentKeyId: number;
  readonly keysById: ReadonlyMap<number, Buffer>;
}

const nonceBytes = sodium.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
const tagBytes = sodium.crypto_aead_xchacha20poly1305_ietf_ABYTES;

/** Random bytes for the nonces to come, drawn together: each is used once. */
const drawn = Buffer.alloc(nonceBytes * 256);
let drawnAt = drawn.length;

const keyBytes = sodium.crypto_aead_xchacha20poly1305_ietf_KEYBYTES;

/**
 * Seals a payload with XChaCha20-Poly1305 under a random nonce: nonce, then ciphertext. `header` is bound to it as
 * additional data (CHG-4). Throws `unsealing-failed` where the ring has no such key.
 */
export function sealPayload(ring: KeyRing, keyId: number, header: Buffer, payload: Buffer): Buffer {
  const key = keyOf(ring, keyId);
  const sealed = Buffer.allocUnsafe(nonceBytes + payload.length + tagBytes);
  const nonce = sealed.subarray(0, nonceBytes);
  drawNonce(nonce);
  sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
    sealed.subarray(nonceBytes),
    payload,
    header,
    null,
    nonce,
    key,
  );
  return sealed;
}

/** Opens a sealed payload. A wrong key, or a byte changed in payload or header, throws `unsealing-failed`. */
export function openPayload(ring: KeyRing, keyId: number, header: Uint8Array, sealed: Uint8Array): Buffer {
  const key = keyOf(ring, keyId);
  if (sealed.length < nonceBytes + tagBytes) {
    throw new ShoalError('unsealing-failed', `a sealed payload has ${sealed.length} bytes`, {
      field: 'sealed',
    });
  }
  const bytes = asBuffer(sealed);
  const payload = Buffer.allocUnsafe(bytes.length - nonceBytes - tagBytes);
  try {
    sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
      payload,
      null,
      bytes.subarray(nonceBytes),
      asBuffer(header),
      bytes.subarray(0, nonceBytes),
      key,
    );
  } catch (error) {
    throw new ShoalError(
      'unsealing-failed',
      'a payload does not open with the key that it names',
      { field: 'sealed' },
      error,
    );
  }
  return payload;
}

function drawNonce(nonce: Buffer): void {
  if (drawnAt === drawn.length) {
    sodium.randombytes_buf(drawn);
    drawnAt = 0;
  }
  drawn.copy(nonce, 0, drawnAt, drawnAt + nonceBytes);
  drawnAt += nonceBytes;
}

function keyOf(ring: KeyRing, keyId: number): Buffer {
  const key = ring.keysById.get(keyId);
  if (key?.length === keyBytes) return key;
  const found = key === undefined ? 'none' : `one of ${key.length} bytes`;
  throw new ShoalError(
    'unsealing-failed',
    `key ${keyId} of the library: expected ${keyBytes} bytes, found ${found}`,
    {
      field: 'key_id',
    },
  );
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
