/** What follows from a flow's edges alone. Pure. */

import type { Dependency } from './types.ts';

/** A job and what it waits for. */
export interface GraphJob {
  name: string;
  dependsOn: readonly Dependency[];
}

/** The same jobs, each behind those that it waits for; what is in a circle comes last. */
export function parentsFirst<T extends GraphJob>(jobs: readonly T[]): T[] {
  const order = withoutCircles(jobs);
  const before = new Set(order);
  return [...order, ...jobs.filter((job) => !before.has(job))];
}

/** The same without what is in a circle or behind one. Parents that are not among them do not count. */
export function withoutCircles<T extends GraphJob>(jobs: readonly T[]): T[] {
  const children = new Map<string, T[]>(jobs.map(({ name }) => [name, []]));
  const parents = ({ dependsOn }: T) => dependsOn.filter(({ job }) => children.has(job));
  for (const job of jobs) for (const parent of parents(job)) children.get(parent.job)?.push(job);
  const waiting = new Map(jobs.map((job) => [job.name, parents(job).length]));
  const order = jobs.filter((job) => parents(job).length === 0);
  for (const { name } of order) {
    for (const child of children.get(name) ?? []) {
      const left = (waiting.get(child.name) ?? 0) - 1;
      waiting.set(child.name, left);
      if (left === 0) order.push(child);
    }
  }
  return order;
}

/** The names of `names` and of every job that waits for one of them, or for one that does. */
export function withAllBehind(jobs: readonly GraphJob[], names: Iterable<string>): Set<string> {
  const found = new Set(names);
  for (const { name, dependsOn } of parentsFirst(jobs)) {
    if (dependsOn.some(({ job }) => found.has(job))) found.add(name);
  }
  return found;
}
