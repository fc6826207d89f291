/** watch: waits until all jobs of a flow have ended, showing how each stands. */

import type { TrackedRun } from '../run/find.ts';
import { followMarkers } from '../run/follow-markers.ts';
import { together } from '../run/judge.ts';
import { throughLostLinks } from '../run/lost-links.ts';
import type { PartVerdict } from '../run/parts.ts';
import type { Project } from '../run/project.ts';
import type { Verdict } from '../run/verdict.ts';
import type { Marker } from '../scheduler/types.ts';
import { parentsFirst } from './graph.ts';
import type { WhichFlow } from './id.ts';
import { withLogs } from './logs.ts';
import type { FlowJobStatus, FlowStatus } from './results.ts';
import { isAlive, isBarred, standings } from './standing.ts';
import { type FlowSeen, see, statusOf } from './status.ts';
import type { Dependency } from './types.ts';
import { trackedFlow } from './which.ts';

export interface WatchFlowOptions {
  /** Seconds without a connection after which it gives up (exit code 3); fifteen minutes without. */
  giveUp?: number;
  /** Hears of every look. */
  onStatus?(status: FlowStatus): void;
}

/** Questions about jobs that nobody knows any more before that counts as the end. */
const PATIENCE = 3;

/** Resolves with how it ended; Failure(3) when the cluster stays out of reach. */
export async function watchFlow(
  project: Project,
  which: WhichFlow,
  options: WatchFlowOptions = {},
): Promise<FlowStatus> {
  const run = trackedFlow(project.root, which);
  const show = (status: FlowStatus): void => {
    project.talk.tell({ type: 'flow', status });
    options.onStatus?.(status);
  };
  for (let undecided = 0; ; ) {
    const seen = await throughLostLinks(project, () => see(project, run), options.giveUp);
    const now = statusOf(run, seen);
    show(now);
    // What will never run may still be in the queue for a moment.
    const alive = now.jobs.filter(({ verdict }) => verdict?.ended === false && verdict.state !== 'UNKNOWN').length;
    const moving = now.jobs.some(({ standing }) => isAlive(standing));
    if (now.trouble !== undefined) project.talk.tell({ type: 'scheduler-silent', detail: now.trouble });
    else if (now.unfinished.length === 0 && alive + now.counts.unknown === 0) return withLogs(project, run, now);
    // Without the rest of the graph nothing begins, unless somebody is submitting it at this moment.
    const waits = now.unfinished.length === 0 && moving;
    undecided = waits || now.trouble !== undefined ? 0 : undecided + 1;
    if (undecided === PATIENCE) return now;
    await followFlow(project, run, seen, options, (verdicts) => show(statusOf(run, { ...seen, verdicts })));
  }
}

/** Shows what markers tell until the next question to the scheduler, which comes at once when nothing is left that may run. */
function followFlow(
  project: Project,
  { runDir }: TrackedRun,
  { started, record, verdicts: seen }: FlowSeen,
  { giveUp }: WatchFlowOptions,
  show: (verdicts: Map<string, PartVerdict>) => void,
): Promise<void> {
  const verdicts = new Map(seen);
  const begun = new Map<string, number>();
  return followMarkers(project, runDir, {
    known: record.markers,
    giveUp,
    onMarker: (found) => {
      for (const [name, verdict] of verdicts) {
        if (verdict.ended) continue;
        const { cells } = verdict;
        if (cells) {
          const now = cells.map((cell) => (String(cell.task) === found.task ? told(begun, cell, found) : cell));
          if (now.some((cell, at) => cell !== cells[at])) verdicts.set(name, { ...together(now), cells: now });
        } else verdicts.set(name, told(begun, verdict, found));
      }
      return !mayGoOn(standings(started.jobs, verdicts));
    },
    onNews: () => show(verdicts),
  });
}

/** Whether anything of it may still run: what waits for a job that has failed will not, and Slurm is to say so. */
function mayGoOn(jobs: readonly FlowJobStatus[]): boolean {
  const all = new Map(jobs.map((job) => [job.name, job]));
  const doomed = new Set<string>();
  for (const { name, standing, dependsOn } of parentsFirst(jobs)) {
    const bars = ({ kind, job }: Dependency): boolean =>
      isBarred(kind, doomed.has(job) ? 'stopped' : all.get(job)?.standing);
    if (standing === 'waiting' && dependsOn.some(bars)) doomed.add(name);
  }
  return jobs.some(({ name, standing }) => isAlive(standing) && !doomed.has(name));
}

/** The verdict as a marker of that job changes it; `begun` is when it was heard of, in ms, for Slurm's own times come with the next look. */
function told<T extends Verdict & { begun?: boolean }>(
  begun: Map<string, number>,
  verdict: T,
  { kind, jobId, how, code }: Marker,
): T {
  if (verdict.ended || verdict.jobId !== jobId) return verdict;
  const { reason: _, ...rest } = verdict;
  const now = Date.now();
  if (kind === 'begin') {
    begun.set(jobId, now);
    return { ...rest, state: 'RUNNING', begun: true, elapsedSeconds: 0 } as T;
  }
  const success = code === 0;
  const since = begun.get(jobId);
  const ran = since === undefined ? {} : { elapsedSeconds: Math.round((now - since) / 1000) };
  return how === 'exit'
    ? ({
        ...rest,
        ...ran,
        state: success ? 'COMPLETED' : 'FAILED',
        ended: true,
        success,
        exitCode: code,
        basis: 'marker',
      } as T)
    : verdict;
}
