/** The jobs of a flow as profiles: what each says itself, over its profile's file, over what the flow says for all. */

import { createHash } from 'node:crypto';
import { commandLineLayer } from '../conf/check.ts';
import { composeProfile, type ProfileSources } from '../conf/compose.ts';
import { keyOf } from '../conf/layers.ts';
import type { LocalFiles } from '../conf/local-paths.ts';
import { COMMAND_LINE, type ConfProblem, throwIfAny } from '../conf/problem.ts';
import { readProfile, type WrittenProfile } from '../conf/profile.ts';
import type { Cluster, Profile, Setting } from '../conf/types.ts';
import { optionsAmong } from '../template/directives.ts';
import type { FlowFileProblem } from './file/problem.ts';
import { spelt } from './file/settings.ts';
import type { Flow, FlowJob } from './types.ts';

type Settings = ReadonlyMap<string, Setting>;

/** Of one command line there can be one for all jobs. */
const FOR_ONE = ['SCRIPT', 'COMMAND', 'SCRIPT_ARGS'];

/** What Slurm is told of a flow's jobs by the flow alone. */
const OWN_OPTIONS = ['array', 'dependency', 'hold', 'kill-on-invalid-dep'];

/**
 * A profile for each job of the flow, by the job's name: make's command line over the job's own settings, over those of the profile that
 * it names, over the flow's for all jobs, over `cluster`'s. Throws a Failure (2) with everything that is wrong with any of them.
 */
export function loadFlowProfiles(
  root: string,
  cluster: Cluster,
  commandLine: ReadonlyMap<string, string>,
  flow: Flow,
  tag?: string,
  localFiles: LocalFiles = 'present',
): Map<string, Profile> {
  const overrides = commandLineLayer(commandLine, 'profile');
  const problems: (FlowFileProblem | ConfProblem)[] = [...overrides.keys()]
    .filter((variable) => FOR_ONE.includes(keyOf(variable)))
    .map((variable) => ({ kind: 'flow-for-one', variable, place: COMMAND_LINE }));
  const files = new Map<string, WrittenProfile | undefined>();
  const profiles = new Map<string, Profile>();
  for (const job of flow.jobs) {
    const { profile: named } = job;
    if (named !== undefined && !files.has(named)) files.set(named, readProfile(root, named));
    const sources = sourcesOf(flow, job, overrides, named === undefined ? undefined : files.get(named), tag);
    const { profile, problems: found } = composeProfile(root, cluster, sources, localFiles);
    // A profile that is gone since says nothing any more.
    const gone = localFiles === 'any' && named !== undefined && !files.get(named);
    const own = found.filter(({ kind }) => !(gone && kind === 'nothing-to-run'));
    problems.push(...own.map((problem) => inTheFlowsWords(problem, flow, job)), ...ownOptions(job, profile));
    profiles.set(job.name, profile);
  }
  // What many jobs share is wrong once.
  throwIfAny([...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()]);
  return eachInItsImage(profiles);
}

/**
 * Where not all that are in a container are in the same, each is told its own image file by the name of a link. That comes from the path
 * alone, so that it is the same when part of the flow runs again.
 */
function eachInItsImage(profiles: ReadonlyMap<string, Profile>): Map<string, Profile> {
  const isOne = imagesOf(profiles).length < 2;
  return new Map(
    [...profiles].map(([name, profile]) => {
      const { runsIn } = profile;
      if (isOne || runsIn === undefined || runsIn.kind === 'uri') return [name, profile];
      const digest = createHash('sha256').update(runsIn.path).digest('hex').slice(0, 12);
      return [name, { ...profile, imageLink: `image-${digest}` }];
    }),
  );
}

/** The image file's path or the registry's image that a job is in; undefined without a container. */
export const imageName = ({ runsIn }: Profile): string | undefined =>
  runsIn?.kind === 'uri' ? runsIn.uri : runsIn?.path;

/** One job's profile for each image there is. */
function imagesOf(profiles: ReadonlyMap<string, Profile>): Profile[] {
  const inside = [...profiles.values()].filter(({ runsIn }) => runsIn !== undefined);
  return [...new Map(inside.map((profile) => [imageName(profile), profile])).values()];
}

/** `flow@NAME` or `flow@NAME.TAG`: the name of its state files and the start of its runs' names. */
export function flowTag({ name }: Pick<Flow, 'name'>, tag: string | undefined): string {
  return tag ? `${name}.${tag}` : name;
}

function sourcesOf(
  flow: Flow,
  job: FlowJob,
  overrides: Settings,
  file: WrittenProfile | undefined,
  tag: string | undefined,
): ProfileSources {
  const run = job.settings.get('COMMAND') ?? job.settings.get('SCRIPT');
  // The arguments of its profile's script are not its own script's.
  const noArgs = run && { ...run, value: '' };
  const own = new Map([...job.settings, ...(noArgs ? [['SCRIPT_ARGS', noArgs] as const] : [])]);
  const everything: Setting = { value: '.', layer: 'profile', place: { file: flow.file } };
  return {
    ...{ name: 'flow', tag: flowTag(flow, tag), file: flow.file, place: job.place },
    layers: [overrides, own, ...(file ? [file.settings] : []), flow.defaults],
    // A profile that says what to run says what that needs as well.
    ...(run && { fallback: new Map([['CODE_FILES', everything]]) }),
    env: new Map([...(file?.env ?? []), ...job.env]),
    found: file?.problems ?? [],
  };
}

/** A problem of the flow's own file names the key that stands there. */
function inTheFlowsWords(problem: ConfProblem, flow: Flow, job: FlowJob): ConfProblem | FlowFileProblem {
  if (problem.place?.file !== flow.file) return problem;
  if (problem.kind === 'nothing-to-run') return { kind: 'flow-job-runs-nothing', job: job.name, place: job.place };
  return spelt(problem);
}

function ownOptions({ name }: FlowJob, profile: Profile): FlowFileProblem[] {
  const given = profile.sbatch.map((option) => ({ option: option.name, key: `SBATCH_${option.name.toUpperCase()}` }));
  const among = optionsAmong(profile.sbatchArgs).map((option) => ({ option: option.name, key: 'SBATCH_ARGS' }));
  return [...given, ...among]
    .filter(({ option }) => OWN_OPTIONS.includes(option))
    .map(({ option, key }) => {
      const place = profile.settings.get(key.replaceAll('-', '_'))?.place;
      return { kind: 'flow-own-option', option, job: name, ...(place && { place }) };
    });
}

/**
 * One that stands for the flow where its code is pushed and its results are brought: all files that any of its jobs asks for. Its
 * CODE_FILES are for people: what is sent is found in each job's own. Of several images none is the flow's.
 */
export function unionProfile(flow: Flow, profiles: ReadonlyMap<string, Profile>): Profile {
  const all = [...profiles.values()];
  const first = all[0]!;
  const images = imagesOf(profiles);
  const inside = images.length === 1 ? images[0] : undefined;
  const container = inside?.settings.get('CONTAINER');
  const once = (list: (profile: Profile) => readonly string[]) => [...new Set(all.flatMap(list))];
  return {
    ...{ name: first.name, id: first.id, file: flow.file },
    ...(first.tag !== undefined && { tag: first.tag }),
    settings: new Map(container ? [['CONTAINER', container]] : []),
    ...{ scriptArgs: [], python: first.python, containerMounts: [], modules: [], sbatch: [], sbatchArgs: [], env: {} },
    codeFiles: once(({ codeFiles }) => codeFiles),
    resultsPull: once(({ resultsPull }) => resultsPull),
    dataFiles: once(({ dataFiles }) => dataFiles),
    secrets: once(({ secrets }) => secrets),
    ...(container && { container: container.value }),
    ...(inside?.runsIn && { runsIn: inside.runsIn }),
    containerRuntime: inside?.containerRuntime ?? 'none',
  };
}
