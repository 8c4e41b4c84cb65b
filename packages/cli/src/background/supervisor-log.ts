import { openSync } from 'node:fs';
import { createLog, type Log, silentLog } from '@shoal/service-kit';
import type { ChildEvent } from '../supervisor/child-spec.ts';

/**
 * The supervisor's own log, beside those of its services. Where it cannot be opened it says nothing: whatever is wrong
 * there stops the start of the device, with its reason.
 */
export function openSupervisorLog(file: string, level?: string): Log {
  try {
    return createLog('supervisor', level, openSync(file, 'a', 0o600));
  } catch {
    return silentLog();
  }
}

/** One line for what happened to a child. */
export function logChildEvent(log: Log, event: ChildEvent): void {
  const { name } = event;
  switch (event.kind) {
    case 'started':
      log.info({ child: name, childPid: event.pid }, 'child started');
      break;
    case 'ready':
      log.info({ child: name, childPid: event.pid }, 'child ready');
      break;
    case 'ended': {
      const { pid: childPid, how, isUnexpected, isTold } = event;
      if (isUnexpected && !isTold) log.warn({ child: name, childPid, how }, 'child ended; starting it again');
      else log.info({ child: name, childPid, how }, 'child ended');
      break;
    }
    case 'failed':
      log.error({ child: name, reason: event.reason }, 'child failed');
      break;
  }
}
