import type { KeyRing } from './seal.ts';

/** The ring of a library as its file spells it: keys in base64. */
export function keyRing(
  keys: readonly { readonly id: number; readonly key: string }[],
  currentKeyId: number,
): KeyRing {
  return { currentKeyId, keysById: new Map(keys.map(({ id, key }) => [id, Buffer.from(key, 'base64')])) };
}
