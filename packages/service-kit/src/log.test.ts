import { closeSync, openSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createLog } from './log.ts';

test.skipIf(process.platform !== 'linux')('a log that cannot be written ends nothing', () => {
  const fd = openSync('/dev/full', 'a');
  const log = createLog('capture', 'info', fd);
  for (let line = 0; line < 20_000; line += 1)
    log.info({ line }, 'a line of a log for which there is no room');
  expect(log.isLevelEnabled('info')).toBe(true);
  closeSync(fd);
});
