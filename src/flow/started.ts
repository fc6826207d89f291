/** What a flow was when it was last submitted: its run is looked at by that, whatever becomes of its file. */

import { createHash } from 'node:crypto';
import type { Profile } from '../conf/types.ts';
import type { TrackedRun } from '../run/find.ts';
import { keep, kept, keptHere } from '../run/kept.ts';
import type { Project } from '../run/project.ts';
import { cellLines } from '../sweep/started.ts';
import type { GraphJob } from './graph.ts';
import { imageName } from './profiles.ts';
import type { Flow, FlowJob } from './types.ts';

export interface StartedJob extends GraphJob {
  /** How many cells it has, and their names, of a matrix job. */
  cells?: readonly string[];
  /** What it is in, of a job in a container: the image file's path, or a registry's image. */
  image?: string;
  /** RESULTS_PULL, where it names something: of one that names nothing all that it wrote comes home. */
  results?: readonly string[];
}

export interface StartedFlow {
  /** FLOW, what its file calls it, and that file relative to the project's root. */
  name: string;
  title: string;
  file: string;
  jobs: StartedJob[];
  args?: Readonly<Record<string, string>>;
  /** Names of what is a secret to any of them. */
  secrets?: readonly string[];
  /** NOTIFY of jobs whose profile says something of it. */
  notify?: Readonly<Record<string, string>>;
}

/** `given`: arguments that make's command line gave, which hold when part of it runs again. */
export function startedOf(
  { name, title, file, jobs }: Flow,
  profiles: ReadonlyMap<string, Profile>,
  given: ReadonlyMap<string, string>,
): StartedFlow {
  const notify = [...profiles].flatMap(([job, { settings }]) => {
    const own = settings.get('NOTIFY');
    return own?.layer === 'profile' ? [[job, own.value] as const] : [];
  });
  return {
    ...{ name, title, file },
    ...(given.size > 0 && { args: Object.fromEntries(given) }),
    jobs: startedJobs(jobs, profiles),
    secrets: [...new Set([...profiles.values()].flatMap(({ secrets }) => secrets))],
    ...(notify.length > 0 && { notify: Object.fromEntries(notify) }),
  };
}

export function startedJobs(jobs: Flow['jobs'], profiles: ReadonlyMap<string, Profile> = new Map()): StartedJob[] {
  return jobs.map(({ name, dependsOn, cells }) => {
    const profile = profiles.get(name);
    const results = profile?.resultsPull ?? [];
    const image = profile && imageName(profile);
    return {
      name,
      dependsOn: dependsOn.map(({ kind, job }) => ({ kind, job })),
      ...(cells.length > 0 && { cells: cells.map((cell) => cell.name) }),
      ...(image !== undefined && { image }),
      ...(results.length > 0 && { results }),
    };
  });
}

/** Twelve hexadecimal digits that tell two of them apart. */
export const digestOf = (what: object): string =>
  createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 12);

/** The file with the parameters of a matrix job's cells (cell.sh). */
export const cellsFile = ({ name }: Pick<FlowJob, 'name'>): string => `cells-${name}`;

/** The files that a push leaves in `.slurm-runner` of the run directory; by `flow` query.sh knows what it is, and which. */
export function filesOf(started: StartedFlow, jobs: readonly FlowJob[]): Record<string, string> {
  const matrices = jobs.filter(({ cells }) => cells.length > 0);
  return {
    flow: `${started.name} ${digestOf(started)}\n`,
    'flow.json': `${JSON.stringify(started)}\n`,
    ...Object.fromEntries(matrices.map((job) => [cellsFile(job), cellLines(job.cells)])),
  };
}

export function keepStarted(root: string, id: string, runDir: string, flow: StartedFlow): void {
  keep(root, 'flow', id, runDir, flow);
}

/** `version` is the one over there now, for another laptop may have started it since; without it what is known here will do. Undefined of a run that is no flow's. Throws Failure(2) if the run is gone. */
export function startedFlow(project: Project, run: TrackedRun, version = ''): Promise<StartedFlow | undefined> {
  return kept<StartedFlow>(project, 'flow', run, (noted) => version === '' || version === digestOf(noted));
}

/** As remembered here, of whichever run. */
export function flowKeptHere(root: string, id: string): StartedFlow | undefined {
  return keptHere<StartedFlow>(root, 'flow', id);
}
