/** What jobs of a flow that run while nobody watches have to know of each other, to tell when all of it has ended (notify-all.sh). Pure. */

import type { FlowJobs } from '../notify/in-job.ts';
import { fromRanges } from '../scheduler/ranges.ts';
import type { FlowRecord } from '../scheduler/types.ts';
import type { Known, Planned } from './plan.ts';
import type { Standing } from './results.ts';
import { isAlive } from './standing.ts';
import type { ReadyFlow } from './submit.ts';
import type { Dependency, DependencyKind } from './types.ts';

/** Kinds of waiting that may last for ever; of the others every end will do. */
const SIGNS: Partial<Record<DependencyKind, string>> = { afterok: '+', afternotok: '-', aftercorr: '=' };

/** What left no end of its own, and never will. */
const SETTLED: Partial<Record<Standing, string>> = { skipped: '~', stopped: '!', failed: '!', cancelled: '!' };

/** As far as a submission has come: the planned get the numbers after `attempt`, in their order. */
export interface Submitting {
  planned: readonly Planned[];
  known: ReadonlyMap<string, Known>;
  parts: FlowRecord['parts'];
  attempt: number;
}

/**
 * `waits` are words of attempts' numbers: `4+2` never begins unless 2 ends well, `4-2` unless it ends ill, of `4=2` each task with
 * its own; `3~` has nothing to do any more, `3!` failed, or never ran because something failed.
 */
export function flowJobs({ flow, profiles }: Pick<ReadyFlow, 'flow' | 'profiles'>, now: Submitting): FlowJobs {
  const { planned, known, parts, attempt } = now;
  const numbers = new Map(parts.map((part) => [part.job, part.attempt]));
  planned.forEach(({ job }, at) => void numbers.set(job.name, attempt + 1 + at));
  const words = (job: string, waits: readonly Dependency[]): string[] =>
    waits.flatMap(({ kind, job: parent }) => {
      const [number, of] = [numbers.get(job), numbers.get(parent)];
      return SIGNS[kind] && number && of ? [`${number}${SIGNS[kind]}${of}`] : [];
    });
  const tasksOf = (job: string): number[] => fromRanges(parts.findLast((part) => part.job === job)?.tasks ?? '');
  const isPlanned = new Set(planned.map(({ job }) => job.name));
  const isJob = new Set(flow.jobs.map(({ name }) => name));
  // Taken out of the file since.
  const gone = parts.flatMap((part) => (isJob.has(part.job) ? [] : [`${part.attempt}~`]));
  const left = flow.jobs.flatMap(({ name, dependsOn }): string[] => {
    const standing = known.get(name)?.standing;
    if (isPlanned.has(name)) return [];
    const sign = standing && SETTLED[standing];
    if (sign) return parts.flatMap((part) => (part.job === name ? [`${part.attempt}${sign}`] : []));
    if (!isAlive(standing)) return [];
    // What has ended since it was submitted does not keep it from running, or it would be out of the queue by now.
    const waits = dependsOn.filter(({ job }) => !isPlanned.has(job) && isAlive(known.get(job)?.standing));
    const hasAll = (parent: string): boolean => {
      const there = new Set(tasksOf(parent));
      return tasksOf(name).every((task) => there.has(task));
    };
    return words(
      name,
      waits.map(({ kind, job }) => ({ kind: kind === 'aftercorr' && !hasAll(job) ? 'afterok' : kind, job })),
    );
  });
  return {
    waits: [...gone, ...left, ...planned.flatMap(({ job, waits }) => words(job.name, waits))].join(' '),
    notify: new Map([...profiles].map(([job, { settings }]) => [job, settings.get('NOTIFY')?.value])),
  };
}
