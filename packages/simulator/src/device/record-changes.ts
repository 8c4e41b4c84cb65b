import { isAlive, type ReappendPass, type RecordRef, refKey, versionDots } from '@shoal/core';
import type { Change } from '../data/entry.ts';
import type { LibraryFile } from '../data/library-file.ts';
import { changeOf } from './outbox-change.ts';
import { rankOf } from './rank-of.ts';
import type { Surroundings } from './surroundings.ts';

/** Some of what a library knows, as changes that its log may lack. */
export interface ChangePage {
  readonly group: readonly Change[];
  /** Behind which record the next page begins; null: this was the last. */
  readonly last: RecordRef | null;
}

/**
 * Records behind one, in their order, each as it is (REP-6): before its state what of it waits in the outbox, as that
 * would count as shipped once the state is (CHG-8); and what of it lies in quarantine and was not met in that log.
 */
export function recordChanges(
  parts: Surroundings['parts'],
  file: LibraryFile,
  { after, logId }: ReappendPass,
  limit: number,
): ChangePage {
  const { quarantine, outbox } = file.content;
  const setAside = [...quarantine.values()].filter((met) => met.logId !== logId).map(({ entry }) => entry);
  const refs = new Map([...file.memory.records.values(), ...setAside].map(({ ref }) => [refKey(ref), ref]));
  const afterKey = after === null ? '' : refKey(after);
  const keys = [...refs.keys()].filter((key) => key > afterKey).sort();
  const page = keys.slice(0, limit).map((key) => refs.get(key)!);
  const group = page.flatMap((ref) => {
    const waiting = outbox.filter((row) => refKey(row.ref) === refKey(ref));
    const stored = file.memory.record(ref);
    return [
      ...(stored === undefined ? [] : waiting.map((row) => changeOf(parts, file, row))),
      ...(stored === undefined ? [] : [changeAsIs(file, ref)]),
      ...setAside.filter((entry) => refKey(entry.ref) === refKey(ref)).map(withoutPlace),
    ];
  });
  return { group, last: keys.length > limit ? page.at(-1)! : null };
}

/** The record's greatest dot, whoever made it: no new one may claim what nobody wrote. */
function changeAsIs({ memory, registry }: LibraryFile, ref: RecordRef): Change {
  const { state, schemaVersion } = memory.record(ref)!;
  // Of a model that this program does not know it can tell neither.
  const spec = registry.get(ref.model);
  const dot = versionDots(state.version).reduce((a, b) => (b > a ? b : a));
  const isDelete = spec !== undefined && !isAlive(spec, state);
  return {
    ref,
    dot,
    isDelete,
    rank: spec === undefined ? 0 : rankOf(memory, spec, ref),
    version: state.version,
    schemaVersion,
    state,
  };
}

function withoutPlace({ ref, dot, isDelete, rank, version, schemaVersion, state }: Change): Change {
  return { ref, dot, isDelete, rank, version, schemaVersion, state };
}
