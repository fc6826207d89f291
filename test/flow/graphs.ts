/** Graphs made up for tests, and what Slurm would make of them. */

import fc from 'fast-check';
import type { Planned } from '../../src/flow/plan.ts';
import type { Dependency, DependencyKind, FlowJob } from '../../src/flow/types.ts';
import type { PartVerdict } from '../../src/run/parts.ts';
import { isLive, type JobState } from '../../src/scheduler/states.ts';

const place = { file: 'slurm/flows/f.yaml', line: 1 };

export function flowJobs(edges: Readonly<Record<string, readonly string[]>>, more: Partial<FlowJob> = {}): FlowJob[] {
  return Object.entries(edges).map(([name, waits]) => ({
    ...{ name, place, settings: new Map(), env: new Map(), retry: 0, retryDelay: 60, cells: [] },
    dependsOn: waits.map((text) => ({ ...dependency(text), place })),
    ...more,
  }));
}

/** `a` or `afterany:a`. */
export function dependency(text: string): Dependency {
  const [kind, job] = text.includes(':') ? text.split(':') : ['afterok', text];
  return { kind: kind as DependencyKind, job: job as string };
}

export function ended(state: JobState, more: Partial<PartVerdict> = {}): PartVerdict {
  const ran = state === 'CANCELLED' ? {} : { elapsedSeconds: 5, nodes: 'n1' };
  return {
    state,
    ended: true,
    left: true,
    success: state === 'COMPLETED',
    basis: 'queue',
    jobId: '1',
    ...ran,
    ...more,
  };
}

export function alive(state: JobState, reason?: string): PartVerdict {
  if (!isLive(state)) throw new Error(state);
  return { state, ended: false, left: false, success: false, basis: 'queue', jobId: '1', ...(reason && { reason }) };
}

/** A graph of up to nine jobs, their names in any order, each waiting for some of those before it. */
export const graphs: fc.Arbitrary<FlowJob[]> = fc
  .array(
    fc.array(fc.tuple(fc.nat(), fc.constantFrom('afterok', 'afterok', 'afterany', 'afternotok', 'after')), {
      maxLength: 3,
    }),
    { minLength: 1, maxLength: 9 },
  )
  .map((rows) =>
    rows.map((row, at) => {
      const parents = new Map(row.flatMap(([nth, kind]) => (at === 0 ? [] : [[nth % at, kind] as const])));
      return [`j${at}`, [...parents].map(([nth, kind]) => `${kind}:j${nth}`)] as const;
    }),
  )
  .chain((edges) => fc.shuffledSubarray(flowJobs(Object.fromEntries(edges)), { minLength: edges.length }));

/** What becomes of jobs that are submitted together when those in `failing` fail: what can never run is cancelled (--kill-on-invalid-dep). */
export function run(planned: readonly Planned[], failing: ReadonlySet<string>): Map<string, PartVerdict> {
  const ends = new Map<string, PartVerdict>();
  for (const { job, waits } of planned) {
    const holds = ({ kind, job: parent }: Dependency): boolean => {
      const end = ends.get(parent);
      if (!end) throw new Error(`${job.name} waits for ${parent}, which is not there`);
      if (kind === 'afterok') return end.success;
      return kind === 'afternotok' ? !end.success : true;
    };
    const state = !waits.every(holds) ? 'CANCELLED' : failing.has(job.name) ? 'FAILED' : 'COMPLETED';
    ends.set(job.name, ended(state));
  }
  return ends;
}
