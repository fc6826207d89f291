/** What is wrong with a flow as a graph: jobs that wait for one another in a circle, and jobs that can never run. */

import type { Place } from '../../failure.ts';
import { parentsFirst, withoutCircles } from '../graph.ts';
import type { DependencyKind } from '../types.ts';
import type { FlowFileProblem } from './problem.ts';

/** What a graph is made of; dependencies are on jobs of the same graph. */
export interface GraphJob {
  name: string;
  place: Place;
  dependsOn: readonly { kind: DependencyKind; job: string; place: Place }[];
}

export function checkGraph(jobs: readonly GraphJob[]): FlowFileProblem[] {
  const circles = findCircles(jobs, new Set(withoutCircles(jobs)));
  // In a circle nobody can run, and why is clear.
  return circles.length > 0 ? circles : findUnreachable(jobs);
}

/** The shortest circle through each job that is in one, unless it was in one before. */
function findCircles(jobs: readonly GraphJob[], placed: ReadonlySet<GraphJob>): FlowFileProblem[] {
  const byName = new Map(jobs.map((job) => [job.name, job]));
  const told = new Set<string>();
  const problems: FlowFileProblem[] = [];
  for (const job of jobs) {
    const { name, dependsOn } = job;
    if (placed.has(job) || told.has(name)) continue;
    const steps = walk(name, ({ job: other }) => byName.get(other)!.dependsOn);
    const last = steps.find(({ job: other }) => byName.get(other)!.dependsOn.some((parent) => parent.job === name));
    if (!last) continue;
    const circle = [...wayTo(last), last.job];
    for (const member of circle) told.add(member);
    const place = dependsOn.find(({ job: parent }) => parent === (circle[1] ?? name))!.place;
    problems.push({ kind: 'flow-circle', jobs: [...circle, name], place });
  }
  return problems;
}

/**
 * A job runs only if all that it waits for with afterok succeeds, which runs only if …: where a job among these has to fail as well,
 * there is no way. Of a job that is to fail nothing more is asked, since one that never runs counts as failed (sbatch(1), afternotok).
 * A task of an array that waits with aftercorr asks for no more than its own counterpart.
 */
function findUnreachable(jobs: readonly GraphJob[]): FlowFileProblem[] {
  if (!jobs.some(({ dependsOn }) => dependsOn.some(({ kind }) => kind === 'afternotok'))) return [];
  const byName = new Map(jobs.map((job) => [job.name, job]));
  const needs = ({ job, succeeds }: Step) =>
    byName.get(job)!.dependsOn.flatMap(({ kind, job: parent }): Step[] => {
      if (kind === 'afterok') return [{ job: parent, succeeds: true }];
      return kind === 'aftercorr' ? [{ job: parent, ...(succeeds && { succeeds }) }] : [];
    });
  const never = new Set<string>();
  return parentsFirst(jobs).flatMap((job): FlowFileProblem[] => {
    const steps = walk(job.name, needs);
    // A parent's mistake is not its own.
    if (steps.some((step) => never.has(step.job))) return [];
    for (const step of steps) {
      for (const { kind, job: parent, place } of byName.get(step.job)!.dependsOn) {
        const success = kind === 'afternotok' && steps.find((other) => other.succeeds && other.job === parent);
        if (!success) continue;
        never.add(job.name);
        const [succeeds, fails] = [wayTo(success).slice(1), [...wayTo(step), step.job].slice(1)];
        const own = fails.length === 0 ? place : job.place;
        return [{ kind: 'flow-unreachable', job: job.name, parent, succeeds, fails, place: own }];
      }
    }
    return [];
  });
}

interface Step {
  job: string;
  /** It is not enough that the job runs, it has to succeed. */
  succeeds?: boolean;
  /** The step before it on a shortest way from the first. */
  from?: Step;
}

/** All that is reached from the job `first`, the nearest first. */
function walk(first: string, next: (step: Step) => readonly Step[]): Step[] {
  const keyOf = ({ job, succeeds }: Step) => (succeeds ? `${job} succeeds` : job);
  const steps: Step[] = [{ job: first }];
  const seen = new Set([first]);
  for (const from of steps) {
    for (const step of next(from)) {
      if (seen.has(keyOf(step))) continue;
      seen.add(keyOf(step));
      steps.push({ job: step.job, ...(step.succeeds && { succeeds: true }), from });
    }
  }
  return steps;
}

/** The jobs before `step` on its way, from the first on. */
function wayTo({ from }: Step): string[] {
  const way: string[] = [];
  for (let step = from; step; step = step.from) way.unshift(step.job);
  return way;
}
