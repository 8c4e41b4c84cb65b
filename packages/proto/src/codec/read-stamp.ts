import { formatHlc, type Hlc, hlcMsEnd, type ReplicaId } from '@shoal/core';
import { type BytesMemory, NotPlain, type WireReader } from './wire-reader.ts';
import { dotTags } from './wire-tags.ts';

/** The two parts of a dot. */
export interface Stamp {
  readonly hlc: Hlc;
  readonly replica: ReplicaId;
}

const counterEnd = 2 ** 16;

/** Reads a dot whose tag was passed over. Throws `NotPlain`, also for a stamp outside of CLK-1. */
export function readStamp(reader: WireReader, replicas: BytesMemory): Stamp {
  const opened = reader.open();
  if (!reader.has(dotTags.replica)) throw new NotPlain();
  const replica = reader.remembered(replicas) as ReplicaId;
  const ms = reader.has(dotTags.ms) ? reader.unsigned() : 0;
  const counter = reader.has(dotTags.counter) ? reader.unsigned() : 0;
  if (ms >= hlcMsEnd || counter >= counterEnd) throw new NotPlain();
  reader.close(opened);
  return { hlc: formatHlc(ms, counter), replica };
}
