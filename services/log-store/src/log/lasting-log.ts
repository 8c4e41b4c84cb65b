import { asShoalError, ShoalError } from '@shoal/core';
import { type LibraryLog, type LibraryLogOptions, openLibraryLog } from '../library-log.ts';
import type { LibraryChannel } from '../replicate/library-channel.ts';
import { isStructuralDamage } from '../store/structural-damage.ts';
import { setAsideFile } from './set-aside-file.ts';

export interface LastingLogOptions extends Omit<LibraryLogOptions, 'channel' | 'onDamaged'> {
  /** A channel for each file that the log lives in. */
  readonly openChannel: () => LibraryChannel;
}

/**
 * The log of one library, for as long as the device has that (LOG-1): when its file is found to be damaged beyond single
 * entries, at its opening or later, the file is set aside and a new log begins, with an id of its own, which peers and
 * library fill again (REP-6). Meanwhile it is `unavailable`. Throws as `openLibraryLog`, but for damage.
 */
export function openLastingLog(options: LastingLogOptions): LibraryLog {
  const { openChannel, path, report, surroundings } = options;
  let isPaused = options.isPaused ?? false;
  let log: LibraryLog | null = null;
  let replacing: Promise<void> | null = null;
  let isClosed = false;

  function open(): LibraryLog {
    const channel = openChannel();
    try {
      return openLibraryLog({ ...options, isPaused, channel, onDamaged });
    } catch (error) {
      void channel.close();
      throw error;
    }
  }

  function openOrReplace(): LibraryLog {
    try {
      return open();
    } catch (error) {
      if (!isStructuralDamage(error)) throw error;
      setAside(error);
      return open();
    }
  }

  function setAside(error: unknown): void {
    const aside = setAsideFile(path, surroundings.wallMs());
    const { message } = asShoalError(error);
    report.error({ aside, reason: message }, 'the log is damaged: it is set aside, and a new one begins');
  }

  /** Told from within a statement: what is under way there fails first. */
  function onDamaged(error: unknown): void {
    if (log === null || isClosed) return;
    const damaged = log;
    log = null;
    replacing = damaged
      .close()
      .catch((failure: unknown) => report.warn({ err: failure }, 'the damaged log did not close'))
      .then(() => {
        setAside(error);
        log = isClosed ? null : open();
      })
      .catch((failure: unknown) => report.error({ err: failure }, 'no new log could begin'))
      .finally(() => {
        replacing = null;
      });
  }

  /** Where no new log could begin, the next who asks tries again. */
  function using<T>(work: (log: LibraryLog) => T): T {
    if (log === null) {
      if (!isClosed && replacing === null) log = openOrReplace();
      else throw new ShoalError('unavailable', 'the log is damaged, and a new one begins', {});
    }
    return work(log);
  }

  log = openOrReplace();
  return {
    append: (request) => using((open) => open.append(request)),
    read: (request) => using((open) => open.read(request)),
    pull: (request) => using((open) => open.pull(request)),
    acknowledge: (request) => using((open) => open.acknowledge(request)),
    recognise: (request) => using((open) => open.recognise(request)),
    ask: (request) => using((open) => open.ask(request)),
    fetch: (request) => using((open) => open.fetch(request)),
    status: () => using((open) => open.status()),
    setPaused: (now) => {
      isPaused = now;
      log?.setPaused(now);
    },
    close: async () => {
      isClosed = true;
      await replacing;
      await log?.close();
    },
  };
}
