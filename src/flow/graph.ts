/** What follows from a flow's edges alone. Pure. */

import type { Dependency } from './types.ts';

/** A job and what it waits for. */
export interface GraphJob {
  name: string;
  dependsOn: readonly Dependency[];
}

/** The same jobs, each behind those that it waits for; otherwise in the order given. Of a circle nothing is left out. */
export function parentsFirst<T extends GraphJob>(jobs: readonly T[]): T[] {
  const all = new Map(jobs.map((job) => [job.name, job]));
  const placed = new Set<T>();
  const place = (job: T, above: ReadonlySet<T>): void => {
    if (placed.has(job) || above.has(job)) return;
    for (const { job: parent } of job.dependsOn) {
      const found = all.get(parent);
      if (found) place(found, new Set([...above, job]));
    }
    placed.add(job);
  };
  for (const job of jobs) place(job, new Set());
  return [...placed];
}

/** The names of `names` and of every job that waits for one of them, or for one that does. */
export function withAllBehind(jobs: readonly GraphJob[], names: Iterable<string>): Set<string> {
  const found = new Set(names);
  for (const { name, dependsOn } of parentsFirst(jobs)) {
    if (dependsOn.some(({ job }) => found.has(job))) found.add(name);
  }
  return found;
}
