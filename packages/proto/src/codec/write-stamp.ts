import { type Dot, dotHlc, dotReplica, hlcCounter, hlcMs, type ReplicaId } from '@shoal/core';
import { lifeToBytes } from './ids.ts';
import { dotTags } from './wire-tags.ts';
import type { WireWriter } from './wire-writer.ts';

/** Replicas whose bytes are remembered: those that write here now. */
const replicasMax = 256;

const bytesByReplica = new Map<ReplicaId, Buffer>();

/** Writes a dot behind its tag, as the generated code would. */
export function writeStamp(writer: WireWriter, tag: number, dot: Dot): void {
  const hlc = dotHlc(dot);
  const [ms, counter] = [hlcMs(hlc), hlcCounter(hlc)];
  writer.tag(tag);
  const opened = writer.open();
  writer.tag(dotTags.replica);
  writer.bytes(replicaBytes(dotReplica(dot)));
  if (ms !== 0) {
    writer.tag(dotTags.ms);
    writer.unsigned(ms);
  }
  if (counter !== 0) {
    writer.tag(dotTags.counter);
    writer.unsigned(counter);
  }
  writer.close(opened);
}

function replicaBytes(replica: ReplicaId): Buffer {
  let bytes = bytesByReplica.get(replica);
  if (bytes === undefined) {
    if (bytesByReplica.size >= replicasMax) bytesByReplica.clear();
    bytes = lifeToBytes(replica);
    bytesByReplica.set(replica, bytes);
  }
  return bytes;
}
