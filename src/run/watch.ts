/** watch: follows a job until it has ended, through lost connections, without losing or repeating a byte of its log. */

import { setTimeout as sleep } from 'node:timers/promises';
import { hasEnded, parseState } from '../scheduler/states.ts';
import type { Marker, WatchEvent } from '../scheduler/types.ts';
import { explained } from './explained.ts';
import { lookAt, submittedRun, type TrackedRun, type WhichRun } from './find.ts';
import { throughLostLinks } from './lost-links.ts';
import { remoteDirOf } from './names.ts';
import { lastBytes } from './not-found.ts';
import type { Project } from './project.ts';
import { writeJobId } from './record.ts';
import type { Verdict } from './verdict.ts';

export interface WatchOptions extends WhichRun {
  /** Only so many lines of the log so far, instead of all. */
  lines?: number;
  /** Seconds without a connection after which it gives up (exit code 3); fifteen minutes without. */
  giveUp?: number;
}

export interface WatchResult {
  id: string;
  jobId: string;
  runDir: string;
  verdict: Verdict;
}

/** Questions about a job that nobody knows any more before its state counts as UNKNOWN for good. */
const PATIENCE = 3;

/** Resolves with how the job ended, or as UNKNOWN if nobody can tell. Throws Failure(3) when the cluster stays out of reach. */
export async function watch(project: Project, options: WatchOptions): Promise<WatchResult> {
  const run = submittedRun(project.root, options);
  const { jobId, runDir, id } = run;
  const logs = `${remoteDirOf(runDir)}/slurm/logs/${jobId}`;
  const start = options.lines === undefined ? 0 : -options.lines;
  const offsets = { out: start, err: start };
  const ends: Record<'out' | 'err', Buffer> = { out: Buffer.alloc(0), err: Buffer.alloc(0) };
  let last: Marker | undefined;
  let judged: number | undefined;
  const said = new Map<string, string>();
  const onEvent = (event: WatchEvent): void => {
    if (event.type === 'log') {
      // Where this piece ends is where a new connection goes on.
      offsets[event.name] = event.offset + event.data.length;
      ends[event.name] = lastBytes(ends[event.name], event.data);
      project.talk.tell({ type: 'log', name: event.name, data: event.data });
    } else if (event.type === 'marker') {
      if (event.marker.jobId !== jobId) return;
      const { life: restarts, kind, how } = event.marker;
      if (kind === 'end' && how === 'exit') project.talk.tell({ type: 'end-marker', runDir, jobId, restarts });
      if (kind === 'end') last = event.marker;
      else if (event.marker.life !== last?.life || last.kind !== 'begin') {
        last = event.marker;
        project.talk.tell({ type: 'started', jobId, restarts: event.marker.life });
      }
    } else if (event.type === 'trouble') project.talk.tell({ type: 'scheduler-silent', detail: event.detail });
    else if (!hasEnded(parseState(event.row.state))) {
      const { state, reason, task } = event.row;
      // Of an array each state once, whichever task is the first to be in it.
      const about = task === undefined ? '' : `${state} ${reason}`;
      if (said.get(about) === `${state} ${reason}`) return;
      said.set(about, `${state} ${reason}`);
      project.talk.tell({ type: 'queue', row: event.row });
    }
  };

  const follow = (contact: () => void) =>
    project.scheduler.watch(
      {
        ...{ runDir, jobId, offsets, out: `${logs}.out`, err: `${logs}.err`, interval: project.cluster.pollInterval },
        ...(judged === undefined ? {} : { judged }),
      },
      (event) => {
        contact();
        onEvent(event);
      },
    );
  const steadily = <T>(work: (contact: () => void) => Promise<T>) => throughLostLinks(project, work, options.giveUp);
  for (let undecided = 0; undecided < PATIENCE; ) {
    const why = await steadily(follow);
    if (why === 'again') continue;
    // Even a clean end has a second opinion: a step may have failed, and srun ends with 0 under a node that fails.
    const verdict = await steadily(() => judge(project, run));
    if (verdict.jobId !== undefined && verdict.jobId !== jobId) {
      // Submitted again, from another terminal or laptop: the run's job is the newest one.
      writeJobId(project.root, id, verdict.jobId);
      return watch(project, options);
    }
    if (verdict.ended) {
      const logs = () => [ends.err.toString(), ends.out.toString()];
      const told = await explained(project, run, verdict, logs);
      project.talk.tell({ type: 'over', runDir, verdict: told });
      return { id, jobId, runDir, verdict: told };
    }
    if (verdict.state === 'UNKNOWN') {
      undecided += 1;
      if (undecided === PATIENCE) return { id, jobId, runDir, verdict };
      project.talk.tell({ type: 'undecided', jobId });
      await sleep(Math.min(project.cluster.pollInterval, 10) * 1000);
    } else if (why === 'queue') await sleep(Math.min(project.cluster.pollInterval, 10) * 1000);
    else judged = last?.life; // it was requeued: its next life has a marker of its own
  }
  throw new Error('unreachable');
}

async function judge(project: Project, run: TrackedRun): Promise<Verdict> {
  // Accounting may be seconds behind: the queue is given a moment to let go of the job.
  const { known } = await lookAt(project, [run], 2);
  return (known[0] as (typeof known)[number]).verdict;
}
