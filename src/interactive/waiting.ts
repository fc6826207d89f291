/** Says why a shell has to wait for its allocation. */

import { setTimeout as sleep } from 'node:timers/promises';
import { lookAt, type TrackedRun } from '../run/find.ts';
import type { Project } from '../run/project.ts';

/** Seconds of waiting before anybody is told why. */
const PATIENCE = 4;

/** Asks now and then until the job has begun, or the answer is called. What cannot be asked is left alone. */
export function announceWaiting(project: Project, run: TrackedRun): () => void {
  const over = new AbortController();
  const { signal } = over;
  const follow = async (): Promise<void> => {
    let said = '';
    for (let seconds = PATIENCE; ; ) {
      await sleep(seconds * 1000, undefined, { signal });
      const { known, snapshot } = await lookAt(project, [run]);
      const { verdict, record } = known[0] as (typeof known)[number];
      if (signal.aborted || record.markers.length > 0) return;
      // A busy login node takes its time until the request is in the queue.
      if (verdict.state === 'UNKNOWN' && snapshot.queueTrouble === undefined) continue;
      if (verdict.state !== 'PENDING') return;
      const { jobId = '', reason = '' } = verdict;
      if (reason !== said) project.talk.tell({ type: 'waiting', jobId, reason });
      said = reason;
      seconds = project.cluster.pollInterval;
    }
  };
  follow().catch(() => {});
  return () => over.abort();
}
