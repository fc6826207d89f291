/** status: the queue over there and what is tracked here, in one round trip. */

import { hasEnded, parseState } from '../scheduler/states.ts';
import type { QueueRow } from '../scheduler/types.ts';
import { clusterOf, lookAt, trackedHere } from './find.ts';
import type { Project } from './project.ts';
import { listTracked } from './record.ts';
import type { Verdict } from './verdict.ts';

export interface StatusResult {
  /** Every job of mine on the cluster that has not ended. */
  queue: QueueRow[];
  /** Set when the scheduler did not answer. */
  trouble?: string;
  tracked: TrackedStatus[];
}

export interface TrackedStatus {
  id: string;
  jobId?: string;
  runDir?: string;
  /** Where it was looked at: not for runs of another cluster, named then. */
  verdict?: Verdict;
  otherCluster?: string;
  /** Its logs and results are home; it is kept after a failure. */
  collected?: boolean;
  /** The run directory is no longer there. */
  gone?: boolean;
  /** It is a flow's run: what the verdict counts are jobs. */
  flow?: boolean;
}

export async function status(project: Project): Promise<StatusResult> {
  const all = listTracked(project.root);
  const { snapshot, known } = await lookAt(project, trackedHere(project, all));
  const seen = new Map(known.map((one) => [one.tracked.id, one]));
  const tracked = all.map(({ id, jobId, runDir, ...rest }): TrackedStatus => {
    const one = seen.get(id);
    const cluster = clusterOf({ id, ...rest });
    const newest = one?.verdict.jobId ?? jobId;
    return {
      id,
      ...(newest ? { jobId: newest } : {}),
      ...(runDir ? { runDir } : {}),
      ...(one ? { verdict: one.verdict } : {}),
      ...(one && !one.record.there ? { gone: true } : {}),
      ...(one?.record.collected ? { collected: true } : {}),
      ...(one?.record.flow ? { flow: true } : {}),
      ...(cluster === project.cluster.name ? {} : { otherCluster: cluster }),
    };
  });
  return {
    queue: snapshot.queue.filter((row) => !hasEnded(parseState(row.state))),
    ...(snapshot.queueTrouble === undefined ? {} : { trouble: snapshot.queueTrouble }),
    tracked,
  };
}
