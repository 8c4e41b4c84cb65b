import type { EntryName } from './entry-store.ts';

declare const brand: unique symbol;

/**
 * A path (or one name) as the bytes on disk, one character per byte, separated by `/`; relative to the
 * location's root, '' for the root itself. Names on disk need not be UTF-8, and two paths are the same
 * exactly when their strings are.
 */
export type BytePath = string & { readonly [brand]: 'BytePath' };

/** The root of a location. */
export const rootPath = '' as BytePath;

/** Bytes, or text as UTF-8, as a path. */
export function bytePath(path: Uint8Array | string): BytePath {
  const bytes = typeof path === 'string' ? Buffer.from(path, 'utf8') : Buffer.from(path);
  return bytes.toString('latin1') as BytePath;
}

/** The absolute path in the form that `node:fs` takes: `root` as given, `path` below it. */
export function onDisk(root: BytePath, path: BytePath): Buffer {
  if (path === rootPath) return Buffer.from(root, 'latin1');
  return Buffer.from(root.endsWith('/') ? root + path : `${root}/${path}`, 'latin1');
}

/** `name` in `folder`. */
export function childPath(folder: BytePath, name: BytePath): BytePath {
  return (folder === rootPath ? name : `${folder}/${name}`) as BytePath;
}

/** The folder that `path` is in; the root's is the root. */
export function parentPath(path: BytePath): BytePath {
  const slash = path.lastIndexOf('/');
  return (slash < 0 ? rootPath : path.slice(0, slash)) as BytePath;
}

/** The names on the way from the root to `path`. */
export function namesOf(path: BytePath): BytePath[] {
  return path === rootPath ? [] : (path.split('/') as BytePath[]);
}

/** Whether `path` is `folder` or lies below it. */
export function isWithin(folder: BytePath, path: BytePath): boolean {
  return folder === rootPath || path === folder || path.startsWith(`${folder}/`);
}

/** The way from the folder `root` to `path`, both absolute; null where `path` does not lie below it. */
export function pathBelow(root: BytePath, path: BytePath): BytePath | null {
  const start = root.endsWith('/') ? root : `${root}/`;
  return path.length > start.length && path.startsWith(start) ? (path.slice(start.length) as BytePath) : null;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A name as text: as it is where it is UTF-8; else with `\xHH` for the bytes that are not, and the true
 * bytes beside, so nothing is lost.
 */
export function entryName(name: BytePath): EntryName {
  const bytes = Buffer.from(name, 'latin1');
  try {
    return { name: utf8.decode(bytes), nameBytes: null };
  } catch {
    return { name: escaped(bytes), nameBytes: new Uint8Array(bytes) };
  }
}

/** The bytes of a name that `entryName` made. */
export function nameOf(entry: EntryName): BytePath {
  return bytePath(entry.nameBytes ?? entry.name);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: any byte below 0x80 is itself in UTF-8.
const isAscii = /^[\x00-\x7f]*$/;

/** A path as text for messages, patterns and logs. */
export function displayPath(path: BytePath): string {
  if (isAscii.test(path)) return path;
  return namesOf(path)
    .map((name) => entryName(name).name)
    .join('/');
}

function escaped(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length === 0) {
      text += `\\x${bytes[at]!.toString(16).padStart(2, '0')}`;
      at += 1;
    } else {
      text += bytes.toString('utf8', at, at + length);
      at += length;
    }
  }
  return text;
}

/** Length of the valid UTF-8 sequence at `at`, 0 where there is none. */
function sequenceLength(bytes: Buffer, at: number): number {
  const lead = bytes[at]!;
  const length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length < 2) return length;
  try {
    utf8.decode(bytes.subarray(at, at + length));
    return at + length <= bytes.length ? length : 0;
  } catch {
    return 0;
  }
}
