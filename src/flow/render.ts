/** render: the job scripts of a flow as they would be submitted, and the options that go on sbatch's command line. */

import { idOf } from '../run/find.ts';
import { runName } from '../run/names.ts';
import type { Project } from '../run/project.ts';
import { readTracked } from '../run/record.ts';
import { scriptOfCell } from '../sweep/scripts.ts';
import { aboutOf, isHeld, withoutHold } from './go-on.ts';
import { runOfFlow, type WhichFlow } from './id.ts';
import { type Planned, plan } from './plan.ts';
import type { FlowStatus } from './results.ts';
import type { FlowScript } from './scripts.ts';
import { type ReadyFlow, renderAll } from './submit.ts';
import { mustHave } from './which.ts';

export interface RenderedJob {
  job: string;
  /** The template filled in; of a matrix job the script of the cell `cell`. */
  script: string;
  /** sbatch's options, a word each. In place of an id that is not known yet stands `<NAME>`, the name of the job that is waited for. */
  options: string[];
  /** Of a matrix job how many cells there are, and the name of the first. */
  cells?: number;
  cell?: string;
}

export interface RenderFlowResult {
  flow: FlowStatus['flow'];
  runDir: string;
  /** Parents first. */
  jobs: RenderedJob[];
}

/**
 * All jobs, or those of `only`, as part of the whole: for the tracked run directory or, if there is none, one that a push would make now.
 * Throws Failure(2) with what is wrong in any of them.
 */
export async function renderFlow(
  project: Project,
  which: WhichFlow,
  ready: ReadyFlow,
  only?: readonly string[],
): Promise<RenderFlowResult> {
  const { flow } = ready;
  if (only) mustHave(flow.jobs, 'ONLY', only);
  const { id, runDir: before, notes } = readTracked(project.root, idOf(runOfFlow(which)));
  const runDir = before ?? `${project.cluster.remoteDir}/runs/${runName(id, new Date())}`;
  const all = plan(flow.jobs, { part: 'all' }, new Map());
  const planned = only ? all.filter(({ job }) => only.includes(job.name)) : all;
  const scripts = await renderAll(withoutHold(project), ready, planned, { runDir, notes });
  const jobs = planned.map((one, at) => renderedJob(one, scripts[at]!, isHeld(project)));
  return { flow: aboutOf(flow), runDir, jobs };
}

/** The options in the order in which submit-flow.sh adds them; the hold that all are under until the last is in the queue is left out. */
function renderedJob({ job, waits }: Planned, part: FlowScript, hold: boolean): RenderedJob {
  const { script, dependency, tasks, throttle } = part;
  const after = [...(dependency ? [dependency] : []), ...waits.map((wait) => `${wait.kind}:<${wait.job}>`)];
  const options = [
    ...(hold && waits.length === 0 ? ['--hold'] : []),
    ...part.options,
    ...(after.length > 0 ? [`--dependency=${after.join(',')}`, '--kill-on-invalid-dep=yes'] : []),
    ...(tasks === undefined ? [] : [`--array=${tasks}${throttle === undefined ? '' : `%${throttle}`}`]),
  ];
  const [first] = job.cells;
  const text = 'all' in script ? script.all : scriptOfCell(script.each, first?.index ?? 0);
  return { job: job.name, script: text, options, ...(first && { cells: job.cells.length, cell: first.name }) };
}
