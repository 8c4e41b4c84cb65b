import type { LibraryId, LogId } from '@shoal/core';
import type { Library } from '@shoal/library';
import type { RecogniseRequest } from '@shoal/proto';
import { silentLog } from '@shoal/service-kit';
import { expect, test } from 'vitest';
import { openReappend } from './reappend.ts';

const logId = 'log' as LogId;
const other = 'other' as LogId;

/** A library that knows of no record and took another log for whole, beside a log-store that says when peers are done. */
function world() {
  const story: string[] = [];
  const at = { settling: false, wholeLogId: other as LogId | null };
  const reappend = openReappend({
    library: {
      options: { libraryId: '018f0000-0000-7000-8000-0000000000aa' as LibraryId } as Library['options'],
      logMemory: {
        sightings: () => [],
        lastAppend: () => null,
        lastRead: () => null,
        wholeLogId: () => at.wholeLogId,
        knowsNoOther: () => false,
      },
      readRecords: () => {
        story.push('read');
        return { entries: [], last: null, hasLeftOut: false };
      },
      setWholeLog: async (whole: LogId) => {
        at.wholeLogId = whole;
        story.push(`the library notes ${whole}`);
      },
    },
    logStore: {
      append: () => Promise.reject(new Error('nothing to append')),
      recognise: async ({ wholeLogId }: RecogniseRequest) => {
        if (wholeLogId !== '') story.push(`the log hears ${wholeLogId}`);
        return { logId, life: Buffer.alloc(24), settling: at.settling };
      },
    },
    log: silentLog(),
  });
  const finish = async () => {
    while (await reappend.step({ logId, appliedSeq: 0 }));
  };
  return { at, story, finish };
}

test('[LOG-1] [REP-6] the log hears that it has all that the library knows, before the library notes it', async () => {
  // The hazard: the library notes it, dies, and never says it again; the log keeps its holes and claims nothing for good.
  const { story, finish } = world();
  await finish();
  expect(story).toEqual(['read', `the log hears ${logId}`, `the library notes ${logId}`]);
  await finish();
  expect(story).toHaveLength(3);
});

test('[REP-6] nothing is read to be appended again while a peer may still bring it', async () => {
  const { at, story, finish } = world();
  at.settling = true;
  await finish();
  expect(story).toEqual([]);
  at.settling = false;
  await finish();
  expect(at.wholeLogId).toBe(logId);
});
