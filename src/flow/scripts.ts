/** What Slurm gets of each of a flow's jobs: its script, its options, and the text around the script. */

import type { Profile } from '../conf/types.ts';
import { Failure } from '../failure.ts';
import { isHeld } from '../run/hold.ts';
import type { Project } from '../run/project.ts';
import { jobParts, openTemplate } from '../run/render.ts';
import { toRanges } from '../scheduler/ranges.ts';
import type { FlowPart } from '../scheduler/submission.ts';
import { renderCells } from '../sweep/scripts.ts';
import { CELL_VARIABLES, parameterNames, type StartedSweep } from '../sweep/started.ts';
import { dependencyOf } from '../sweep/submit.ts';
import type { Planned } from './plan.ts';
import type { FlowProblem } from './problem.ts';
import { cellsFile } from './started.ts';
import type { FlowJob } from './types.ts';

export interface FlowScript
  extends Pick<
    FlowPart,
    'job' | 'head' | 'tail' | 'behind' | 'script' | 'options' | 'tasks' | 'throttle' | 'dependency'
  > {
  /** The same for all jobs. */
  shared: string;
  /** Its owner wants it held. */
  held: boolean;
}

/** Throws Failure(2) with what is wrong in its template. */
export async function renderJob(
  project: Project,
  { job, cells }: Pick<Planned, 'job' | 'cells'>,
  profile: Profile,
  runDir: string,
  home?: string,
): Promise<FlowScript> {
  const retry = { times: job.retry, delay: job.retryDelay };
  // Slurm may put it back by itself after a node has failed, which is one more try.
  const runs = job.retry > 0 ? requeued(profile) : profile;
  if (cells === undefined) {
    const { render } = await openTemplate(project, runs, runDir, home, job.name);
    const rendered = render();
    return {
      ...{ job: job.name, script: { all: rendered.script }, options: rendered.options },
      ...jobParts(rendered.header, runs, runDir, { retry }),
      ...{ dependency: dependencyOf(rendered), held: isHeld(rendered.options, rendered.header) },
    };
  }
  const sweep = asSweep(job, profile);
  const named = { ...runs, cellNames: [...CELL_VARIABLES, ...parameterNames(sweep)] };
  const { commands } = job;
  const options = { part: job.name, ...(commands && { commands }) };
  const rendered = await renderCells(project, named, sweep, cells, runDir, home, options);
  if (rendered.groups.length > 1)
    throw new Failure<FlowProblem>(2, { kind: 'flow-cells-differ', job: job.name, place: job.place });
  return {
    ...{ job: job.name, script: rendered.script, options: rendered.options },
    ...jobParts(rendered.header, named, runDir, { retry, cells: { folder: sweep.folder, file: cellsFile(job) } }),
    ...{ dependency: dependencyOf(rendered), held: isHeld(rendered.options, rendered.header) },
    tasks: toRanges(cells),
    ...(job.maxConcurrent === undefined ? {} : { throttle: job.maxConcurrent }),
  };
}

/** Below results/ each job has a folder in that of its flow, for another flow may have a job of that name. */
export const cellsFolder = (tag: string, job: string): string => `${tag}/${job}`;

function asSweep({ name, cells }: FlowJob, { file, tag = '' }: Profile): StartedSweep {
  return {
    name,
    file,
    folder: cellsFolder(tag, name),
    kind: 'matrix',
    retry: 0,
    args: [],
    cells: [...cells],
    count: cells.length,
  };
}

/** What was said of requeueing stays. */
function requeued(profile: Profile): Profile {
  const said = profile.sbatch.some(({ name }) => /^(no-)?requeue$/.test(name));
  return said ? profile : { ...profile, sbatch: [...profile.sbatch, { name: 'requeue', layer: 'cluster' }] };
}
