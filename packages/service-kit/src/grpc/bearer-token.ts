import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Whether an `authorization` header carries the token, as `Bearer TOKEN`. The time it takes tells nothing of
 * where a wrong token differs, nor of its length (SEC-4).
 */
export function isAuthorized(header: string | undefined, token: string): boolean {
  const given = header?.match(/^Bearer (\S+)$/i)?.[1] ?? '';
  return timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
