/**
 * What no location indexes unless it says so itself (`!Thumbs.db` brings one back, or the list is switched off): what
 * systems and programs keep beside people's files and make again. Nothing that a person may have made is here: the
 * pattern for temporary files spares folders, and backups (`*~`, `*.bak`) are indexed.
 */
export const defaultIgnores: readonly string[] = [
  // Homes of Shoal, also those of other devices.
  '.shoal/',
  // Version control, and what package managers and interpreters make again.
  '.git/',
  '.hg/',
  '.svn/',
  'node_modules/',
  '__pycache__/',
  '.cache/',
  // macOS.
  '.DS_Store',
  '._*',
  '.AppleDouble/',
  '.Spotlight-V100/',
  '.Trashes/',
  '.fseventsd/',
  '.DocumentRevisions-V100/',
  '.TemporaryItems/',
  // Linux: trash cans, what the file system found, files that are deleted and still open.
  '.Trash-*/',
  'lost+found/',
  '.fuse_hidden*',
  '.nfs[0-9a-f]*',
  // Windows; cameras' cards and shared folders carry these too.
  '[Tt]humbs.db',
  'ehthumbs.db',
  '[Dd]esktop.ini',
  '$RECYCLE.BIN/',
  'System Volume Information/',
  // Thumbnails of network storage.
  '@eaDir/',
  // Files that a program writes while it works: temporary ones, locks of office programs, swap files, downloads in parts.
  '*.tmp',
  '!*.tmp/',
  '~$*',
  '.~lock.*#',
  '.*.sw[px]',
  '*.crdownload',
];
