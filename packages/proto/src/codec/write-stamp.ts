import { type Dot, dotHlc, dotReplica, hlcCounter, hlcMs } from '@shoal/core';
import { lifeToBytes } from './ids.ts';
import { dotTags } from './wire-tags.ts';
import type { WireWriter } from './wire-writer.ts';

/** Writes a dot behind its tag, as the generated code would. */
export function writeStamp(writer: WireWriter, tag: number, dot: Dot): void {
  const hlc = dotHlc(dot);
  const [ms, counter] = [hlcMs(hlc), hlcCounter(hlc)];
  writer.tag(tag);
  const opened = writer.open();
  writer.tag(dotTags.replica);
  writer.bytes(lifeToBytes(dotReplica(dot)));
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
