import mime from 'mime';

/** What is said of a name that tells nothing. */
export const unknownMimeType = 'application/octet-stream';

/** The MIME type that a file's name tells by its extension; the content is not looked at. */
export function mimeTypeOf(name: string): string {
  const extension = extensionOf(name);
  return (extension !== '' && mime.getType(extension)) || unknownMimeType;
}

/** Lower case without the dot; '' for names without one and for those that only begin with one. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase();
}
