/** Flows of a few lines in projects of their own, for the tests of their files. */

import { loadCluster } from '../../../src/conf/cluster.ts';
import type { Profile } from '../../../src/conf/types.ts';
import { loadFlow } from '../../../src/flow/file/file.ts';
import type { Problems } from '../../../src/flow/file/problem.ts';
import { loadFlowProfiles } from '../../../src/flow/profiles.ts';
import type { Flow } from '../../../src/flow/types.ts';
import { CLUSTER_CONF, problemsOf, problemsOfAsync, project } from '../../conf/project.ts';

export const FILE = 'slurm/flows/x.yaml';
export const at = (line: number) => ({ file: FILE, line });

export interface Given {
  /** Of make's command line. */
  commandLine?: Record<string, string>;
  /** Further files of the project. */
  files?: Record<string, string>;
  tag?: string;
}

export function projectOf(text: string, files: Record<string, string> = {}): string {
  return project({ 'slurm/cluster.conf': CLUSTER_CONF, [FILE]: text, ...files });
}

const lineOf = ({ commandLine = {} }: Given) => new Map(Object.entries(commandLine));

export function load(text: string, given: Given = {}): Promise<Flow> {
  return loadFlow(projectOf(text, given.files), 'x', lineOf(given));
}

/** What is wrong with the file. */
export async function wrong(text: string, given: Given = {}): Promise<Problems> {
  return [...((await problemsOfAsync(() => load(text, given))) as Problems)];
}

/** `line: kind` of everything that is wrong. */
export async function kinds(text: string, given: Given = {}): Promise<string[]> {
  return (await wrong(text, given)).map(({ kind, place }) => `${place?.line}: ${kind}`);
}

/** The jobs as profiles. */
export async function profilesOf(text: string, given: Given = {}): Promise<{ flow: Flow; jobs: Map<string, Profile> }> {
  const { flow, jobs } = await opened(text, given);
  return { flow, jobs: jobs() };
}

/** What is wrong with the jobs as profiles. */
export async function wrongProfiles(text: string, given: Given = {}): Promise<Problems> {
  return [...(problemsOf((await opened(text, given)).jobs) as Problems)];
}

/** Of the jobs nothing is known yet. */
export async function opened(text: string, given: Given = {}) {
  const root = projectOf(text, given.files);
  const commandLine = lineOf(given);
  const flow = await loadFlow(root, 'x', commandLine);
  const cluster = loadCluster(root, undefined, new Map());
  return { root, cluster, flow, jobs: () => loadFlowProfiles(root, cluster, commandLine, flow, given.tag) };
}

/** sbatch's options of a job, as on its command line. */
export const options = (profile: Profile | undefined): string =>
  (profile?.sbatch ?? []).map(({ name, value }) => `--${name}${value === undefined ? '' : `=${value}`}`).join(' ');
