/** Which jobs of a flow are to be submitted now, and what each waits for. Pure. */

import type { FlowGraph } from '../scheduler/submission.ts';
import { parentsFirst, withAllBehind } from './graph.ts';
import type { FlowJobStatus, Standing } from './results.ts';
import { isAlive, isBarred } from './standing.ts';
import type { Dependency, FlowJob } from './types.ts';

/** What of it is to run: all, some jobs and what is behind them, some jobs alone, or whatever is not done. */
export type FlowPartAsked =
  | { part: 'all' }
  | { part: 'from' | 'only'; jobs: readonly string[] }
  | { part: 'due' }
  /** What of a submission that was broken off, `graph`, is still to be submitted. */
  | { part: 'rest'; jobs: readonly string[]; graph: FlowGraph };

/** Whether a job runs only if it can by what that parent came to: who names a job with FROM or ONLY is taken at their word. */
function isJudged(asked: FlowPartAsked, job: string, parent: string): boolean {
  switch (asked.part) {
    case 'due':
      return true;
    case 'rest':
      return asked.graph.jobs.includes(parent);
    case 'from':
      return !asked.jobs.includes(job);
    default:
      return false;
  }
}

export interface Planned {
  job: FlowJob;
  /** Numbers of its cells that are to run, of a matrix job. */
  cells?: number[];
  /** Those of its dependencies that still mean something: the parent is among the planned, or alive. */
  waits: Dependency[];
}

/** How a job stands that was submitted before; of a matrix job also the numbers of its cells that need not run again. */
export interface Known extends FlowJobStatus {
  doneCells?: ReadonlySet<number>;
}

/** Parents first. `known` is empty of a new run. */
export function plan(jobs: readonly FlowJob[], asked: FlowPartAsked, known: ReadonlyMap<string, Known>): Planned[] {
  const standing = (name: string): Standing => known.get(name)?.standing ?? 'not-submitted';
  const wanted = wantedOf(jobs, asked, standing);
  const planned = new Map<string, Planned>();
  for (const job of parentsFirst(jobs)) {
    if (!wanted.has(job.name)) continue;
    const mayLive = (parent: string) => isAlive(standing(parent)) || standing(parent) === 'unknown';
    const means = ({ job: parent }: Dependency) => planned.has(parent) || mayLive(parent);
    // What needs another end of a parent that ended for good has nothing to wait for.
    const barred = ({ kind, job: parent }: Dependency) =>
      isBarred(kind, leftOut(parent) ? 'stopped' : standing(parent));
    const leftOut = (parent: string) => wanted.has(parent) && !planned.has(parent);
    if (job.dependsOn.some((one) => isJudged(asked, job.name, one.job) && !means(one) && barred(one))) continue;
    const waits = job.dependsOn.filter(means).map(({ kind, job }) => ({ kind, job }));
    planned.set(job.name, withCells(job, waits, asked, known, planned));
  }
  return [...planned.values()];
}

function wantedOf(
  jobs: readonly FlowJob[],
  asked: FlowPartAsked,
  standing: (name: string) => Standing,
): ReadonlySet<string> {
  if (asked.part === 'all') return new Set(jobs.map(({ name }) => name));
  if (asked.part === 'only' || asked.part === 'rest') return new Set(asked.jobs);
  if (asked.part === 'from') return withAllBehind(jobs, asked.jobs);
  const NOT_DUE: readonly Standing[] = ['done', 'skipped', 'running', 'pending', 'waiting', 'held'];
  const due = jobs.filter(({ name }) => !NOT_DUE.includes(standing(name))).map(({ name }) => name);
  // What a parent's new run makes anew is made anew behind it, too; what is in the queue for that stays there.
  return new Set([...withAllBehind(jobs, due)].filter((name) => due.includes(name) || !isAlive(standing(name))));
}

/** Of a matrix job that is due for itself only the cells that are not done; behind a parent that runs again all of them. */
function withCells(
  job: FlowJob,
  waits: Dependency[],
  asked: FlowPartAsked,
  known: ReadonlyMap<string, Known>,
  planned: ReadonlyMap<string, Planned>,
): Planned {
  if (job.cells.length === 0) return { job, waits };
  const all = job.cells.map(({ index }) => index);
  const done = known.get(job.name)?.doneCells;
  const parents = waits.flatMap((wait) => {
    const parent = planned.get(wait.job);
    return parent ? [{ kind: wait.kind, cells: parent.cells }] : [];
  });
  const isWhole = parents.some(({ kind, cells }) => kind !== 'aftercorr' || cells === undefined);
  const isPartly = asked.part === 'due' || asked.part === 'rest';
  if (!isPartly || !done || isWhole || done.size === all.length)
    return { job, waits: matching(all, waits, planned), cells: all };
  const again = new Set(parents.flatMap(({ cells = [] }) => cells));
  const cells = all.filter((cell) => !done.has(cell) || again.has(cell));
  return { job, waits: matching(cells, waits, planned), cells };
}

/** Only of a task that is there another can be the match: else it waits for all of that array. */
function matching(
  cells: readonly number[],
  waits: readonly Dependency[],
  planned: ReadonlyMap<string, Planned>,
): Dependency[] {
  return waits.map((wait) => {
    if (wait.kind !== 'aftercorr') return wait;
    const there = new Set(planned.get(wait.job)?.cells);
    return cells.every((cell) => there.has(cell)) ? wait : { ...wait, kind: 'afterok' };
  });
}
