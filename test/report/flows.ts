/** A flow and how it stands, for the tests of reports: the one with two branches that meet again. */

import type { FlowJobStatus, FlowStatus, Standing } from '../../src/flow/results.ts';
import type { Dependency, DependencyKind } from '../../src/flow/types.ts';
import type { Verdict } from '../../src/run/verdict.ts';
import type { Counts } from '../../src/sweep/progress.ts';
import { failed, running, verdict } from './nouns.ts';

export const flowDir = '/mnt/giga/project/runs/flow@pipeline-20260224-143052';

export const flow = { name: 'pipeline', title: 'pipeline', file: 'slurm/flows/pipeline.yaml' };

export const after = (job: string, kind: DependencyKind = 'afterok'): Dependency => ({ kind, job });

const PARENTS: Record<string, string[]> = { a: [], b1: ['a'], c: ['a'], b2: ['b1'], d: ['b2', 'c'] };
const NAMES = Object.keys(PARENTS);

const queued = (reason: string): Verdict => running({ state: 'PENDING', reason });
const never = verdict({ state: 'CANCELLED', success: false });

const VERDICTS: Record<Standing, Verdict | undefined> = {
  done: verdict({ elapsedSeconds: 62 }),
  failed: failed(),
  stopped: never,
  skipped: never,
  cancelled: verdict({ state: 'CANCELLED', success: false, elapsedSeconds: 5, nodes: 'n1' }),
  running: running({ elapsedSeconds: 10, nodes: 'n1' }),
  pending: queued('Priority'),
  waiting: queued('Dependency'),
  held: queued('JobHeldUser'),
  unknown: running({ state: 'UNKNOWN' }),
  'not-submitted': undefined,
};

/** One job: `standing`, its number for an id, and whatever else. */
export function flowJob(
  name: string,
  standing: Standing,
  about: Partial<FlowJobStatus> = {},
  id = 12232,
): FlowJobStatus {
  const known = VERDICTS[standing];
  const dependsOn = (PARENTS[name] ?? []).map((parent) => after(parent));
  const log = { log: `slurm/logs/${id}.out` };
  return { name, dependsOn, standing, ...(known && { verdict: { ...known, jobId: String(id) }, ...log }), ...about };
}

/** The jobs a, b1, c, b2 and d in that order, or those given. */
export function flowStatus(jobs: readonly (Standing | FlowJobStatus)[], about: Partial<FlowStatus> = {}): FlowStatus {
  const all = jobs.map((job, at) =>
    typeof job === 'string' ? flowJob(NAMES[at] ?? `job${at}`, job, {}, 12232 + at) : job,
  );
  const counts = Object.fromEntries(
    Object.keys(VERDICTS).map((standing) => [standing, all.filter((job) => job.standing === standing).length]),
  ) as FlowStatus['counts'];
  return { id: 'flow@pipeline', runDir: flowDir, flow, jobs: all, counts, unfinished: [], ...about };
}

/** How the cells of a matrix job may stand. */
export const flowCells = (about: Partial<Counts> = {}): Counts => ({
  ...{ total: 16, done: 3, failed: 1, cancelled: 0, running: 4, pending: 8, unknown: 0, notSubmitted: 0 },
  ...about,
});
