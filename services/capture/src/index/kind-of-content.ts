/** What a content is to a person; the text that is stored and synced. */
export type ContentKind = 'image' | 'video' | 'audio' | 'text' | 'document' | 'archive' | 'other';

/** The kind that a MIME type belongs to; `other` where none fits. */
export function kindOfContent(mimeType: string): ContentKind {
  if (documents.some((pattern) => pattern.test(mimeType))) return 'document';
  if (archives.has(mimeType)) return 'archive';
  if (texts.has(mimeType) || mimeType.endsWith('+json') || mimeType.endsWith('+xml')) {
    return mimeType.startsWith('image/') ? 'image' : 'text';
  }
  switch (mimeType.slice(0, mimeType.indexOf('/'))) {
    case 'image':
      return 'image';
    case 'video':
      return 'video';
    case 'audio':
      return 'audio';
    case 'text':
      return 'text';
    default:
      return 'other';
  }
}

const documents = [
  /^application\/(pdf|rtf|msword|postscript|epub\+zip)$/,
  /^text\/rtf$/,
  /^application\/vnd\.(ms-(excel|powerpoint|word)|openxmlformats-officedocument|oasis\.opendocument)/,
  /^application\/vnd\.apple\.(pages|numbers|keynote)$/,
];

const archives = new Set([
  'application/gzip',
  'application/java-archive',
  'application/vnd.rar',
  'application/x-7z-compressed',
  'application/x-bzip',
  'application/x-bzip2',
  'application/x-tar',
  'application/x-xz',
  'application/zip',
  'application/zstd',
]);

const texts = new Set([
  'application/ecmascript',
  'application/javascript',
  'application/json',
  'application/json5',
  'application/sql',
  'application/toml',
  'application/x-sh',
  'application/xml',
  'application/yaml',
]);
