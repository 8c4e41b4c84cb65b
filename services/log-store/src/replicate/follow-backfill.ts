import { type Backfill, countBehind, isPresent, type Peers, stepBackfill } from '@shoal/core';
import type { Log } from '@shoal/service-kit';
import type { SyncLog } from '../log/sync-log.ts';
import { tellFailures } from '../upkeep/tell-failures.ts';
import type { Surroundings } from './replicate.ts';

/** Keeps the job of catching up from far behind as it stands in sync.db (ING-4); writes only when it changes. */
export function followBackfill(options: {
  readonly log: Pick<SyncLog, 'have' | 'headSeq' | 'backfill'>;
  readonly surroundings: Pick<Surroundings, 'nowMs' | 'wallMs'>;
  readonly report: Log;
}) {
  const { log, surroundings, report } = options;
  const tellFailure = tellFailures(report, surroundings.nowMs);
  let job: Backfill = log.backfill.job();
  return {
    /** To be called whenever peers or log may have changed. */
    look(peers: Peers): void {
      const nowMs = surroundings.nowMs();
      const next = stepBackfill(job, {
        wallMs: surroundings.wallMs(),
        headSeq: log.headSeq,
        behind: countBehind(peers, log.have, nowMs),
        isAnybodyHeard: [...peers.values()].some((peer) => isPresent(peer, nowMs)),
      });
      if (next === job) return;
      try {
        log.backfill.setJob(next);
        job = next;
        report.info({ backfill: next }, 'catching up from far behind');
      } catch (error) {
        // The next look writes it; until then it is shown as it was.
        tellFailure(error, 'the job of catching up could not be written');
      }
    },
  };
}
