import { isAlive, versionDots } from '@shoal/core';
import { registry } from '../data/domain.ts';
import type { LibraryContent, LibraryFile } from '../data/library-file.ts';
import { rankOf } from './rank-of.ts';

/**
 * The outbox with every record that the library knows: for a log that went back (REP-6). What the log covers is passed
 * over when it is appended (CHG-8), so nothing is sent that is not lacking.
 */
export function outboxOfAll({
  content,
  memory,
}: LibraryFile): Pick<LibraryContent, 'outbox' | 'outboxIdNext'> {
  const waiting = new Set(content.outbox.filter(({ kept }) => kept === null).map(({ ref }) => ref.id));
  let { outboxIdNext } = content;
  const outbox = [...content.outbox];
  for (const { ref, stored } of memory.records.values()) {
    if (waiting.has(ref.id)) continue;
    const spec = registry.require(ref.model);
    const [dot] = versionDots(stored.state.version).sort().reverse();
    const isDelete = !isAlive(spec, stored.state);
    outbox.push({
      id: outboxIdNext++,
      ref,
      dot: dot!,
      isDelete,
      rank: rankOf(memory, spec, ref),
      kept: null,
    });
  }
  return { outbox, outboxIdNext };
}
