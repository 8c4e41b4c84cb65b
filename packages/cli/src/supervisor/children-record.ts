import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type HomePaths,
  isRunning,
  type ProcessIdentity,
  startTimeOf,
  storageFailed,
} from '@shoal/service-kit';
import type { ChildEvent } from './child-spec.ts';
import { commandLineOf } from './command-line.ts';

/** A child as a supervisor noted it. */
export interface RecordedChild extends ProcessIdentity {
  readonly name: string;
}

/**
 * Keeps `run/children.json` (0600) as the events say, for a later supervisor to find what this one may have left.
 * Written before the event goes on to `next`: a supervisor that is killed right after a start has noted it. A record that
 * cannot be written holds up nothing, and `next` is told once: children of a killed supervisor end by themselves, too.
 */
export function recordChildren(
  paths: HomePaths,
  next: (event: ChildEvent) => void,
): { onEvent(event: ChildEvent): void } {
  const childByName = new Map<string, RecordedChild>();
  let told: string | undefined;
  const record = () => {
    try {
      writeRecord(paths, [...childByName.values()]);
      told = undefined;
    } catch (error) {
      const { message } = storageFailed(childrenRecordFile(paths), 'written', error);
      if (message !== told) next({ kind: 'failed', name: 'supervisor', reason: message });
      told = message;
    }
  };
  return {
    onEvent: (event) => {
      if (event.kind === 'started') {
        const { name, pid } = event;
        childByName.set(name, { name, pid, startTime: startTimeOf(pid) ?? 'ended' });
      }
      if (event.kind === 'ended') childByName.delete(event.name);
      if (event.kind === 'started' || event.kind === 'ended') record();
      next(event);
    },
  };
}

/**
 * What an earlier supervisor left running: pid and start time are those on record, and the command line names this
 * home. A record that is not there, or does not parse, names none.
 */
export function readLeftovers(paths: HomePaths): RecordedChild[] {
  return readRecord(childrenRecordFile(paths)).filter(
    (child) => isRunning(child) && commandLineOf(child.pid)?.includes(paths.dir) === true,
  );
}

function writeRecord(paths: HomePaths, children: readonly RecordedChild[]): void {
  const file = childrenRecordFile(paths);
  writeFileSync(`${file}.tmp`, `${JSON.stringify({ children })}\n`, { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
}

function childrenRecordFile(paths: HomePaths): string {
  return join(paths.run, 'children.json');
}

function readRecord(file: string): RecordedChild[] {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const children = isObject(value) && Array.isArray(value.children) ? value.children : [];
    return children.filter(isRecordedChild);
  } catch {
    // None was written, or not whole: the children of its writer end by themselves.
    return [];
  }
}

function isRecordedChild(value: unknown): value is RecordedChild {
  if (!isObject(value)) return false;
  const { name, pid, startTime } = value;
  const isText = typeof name === 'string' && typeof startTime === 'string';
  return isText && typeof pid === 'number' && Number.isInteger(pid) && pid > 1;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
