/** Reads a profile: one kind of job, with the command line's and the cluster's settings laid over and under it. */

import { join } from 'node:path';
import { Failure } from '../failure.ts';
import { checkEnv, checkSettings, commandLineLayer } from './check.ts';
import { confNames, envValues, withLayer } from './cluster.ts';
import { placeAt, readConf } from './conf-file.ts';
import { resolveContainer } from './container.ts';
import { isName, profileKeys } from './keys.ts';
import { checkRivals, keyOf, overlay, unalias } from './layers.ts';
import { checkLocalFiles, type LocalFiles, ownTemplate } from './local-paths.ts';
import { fitsPyxis } from './mounts.ts';
import { nearest } from './nearest.ts';
import { COMMAND_LINE, type ConfProblem, throwIfAny } from './problem.ts';
import { buildProfile, sbatchOptionsOf } from './profile-fields.ts';
import { optionOf } from './sbatch-options.ts';
import type { Cluster, ContainerRuntime, Profile, SbatchOption, Setting } from './types.ts';
import { splitMounts } from './words.ts';

/**
 * The profile `name` of the project in `root`, as slurm/profiles/NAME.conf has it with make's command line over it and
 * `cluster`'s defaults under it. Throws a Failure (2) with everything that is wrong.
 */
export function loadProfile(
  root: string,
  name: string,
  tag: string | undefined,
  cluster: Cluster,
  commandLine: ReadonlyMap<string, string>,
  localFiles: LocalFiles = 'present',
): Profile {
  throwIfAny(checkNames(root, name, tag));
  const file = `slurm/profiles/${name}.conf`;
  const conf = readConf(root, file, ['env']);
  if (!conf) throw new Failure<ConfProblem>(2, noProfile(root, name, file));

  const written = withLayer(conf.sections.get('')!, 'profile');
  const env = withLayer(conf.sections.get('env')!, 'profile');
  const overrides = commandLineLayer(commandLine, 'profile');
  const spellings = [overrides, written, profileDefaults(cluster)];
  const layers = spellings.map(unalias);
  const settings = overlay(layers.map((layer) => layer.settings));
  const problems = [...conf.problems, ...checkSettings(written, 'profile'), ...checkEnv(env)];
  problems.push(...checkSettings(overrides, 'profile'));
  // The cluster's layer was checked when it was loaded.
  for (const layer of layers.slice(0, 2)) problems.push(...layer.problems, ...checkRivals(layer.settings));

  const template = settings.get('TEMPLATE')?.value;
  const runs = settings.has('SCRIPT') || settings.has('COMMAND') || mentions(conf.problems, 'SCRIPT', 'COMMAND');
  // A template of the user's own may need neither; one that is missing is a problem of its own.
  const isOwn = template !== undefined && (template !== 'default' || ownTemplate(root) !== undefined);
  if (!runs && !isOwn) problems.push({ kind: 'nothing-to-run', place: { file } });

  const wrong = new Set(problems.flatMap((problem) => ('key' in problem ? [problem.key] : [])));
  const inside = containerOf(root, cluster, settings, wrong, localFiles);
  problems.push(...inside.problems);
  const profile = buildProfile(name, tag || undefined, file, settings, { ...cluster.env, ...envValues(env) }, inside);
  if (localFiles === 'present') {
    // What is wrong as such is not also missing.
    const bad = new Set(problems.flatMap((problem) => ('value' in problem ? [problem.value] : [])));
    const subject = (problem: ConfProblem) =>
      'path' in problem ? problem.path : 'template' in problem && problem.template;
    problems.push(...checkLocalFiles(root, profile).filter((problem) => !bad.has(subject(problem) || '')));
  }
  throwIfAny(problems);
  return { ...profile, settings: withSpellings(settings, spellings) };
}

/** sbatch's options where no profile is named: cluster.conf's defaults with make's command line over them. */
export function defaultOptions(cluster: Cluster, commandLine: ReadonlyMap<string, string>): SbatchOption[] {
  const layers = [commandLineLayer(commandLine, 'profile'), profileDefaults(cluster)];
  return sbatchOptionsOf(overlay(layers.map((layer) => unalias(layer).settings)));
}

/** The names of the profiles there are, sorted. */
export function listProfiles(root: string): string[] {
  return confNames(join(root, 'slurm/profiles'));
}

/** Every profile there is, or what is wrong with it, in the order of their names. */
export function readProfiles(
  root: string,
  cluster: Cluster,
  commandLine: ReadonlyMap<string, string>,
): { name: string; profile?: Profile; problems: readonly ConfProblem[] }[] {
  return listProfiles(root).map((name) => {
    try {
      return { name, profile: loadProfile(root, name, undefined, cluster, commandLine), problems: [] };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { name, problems: error.problems as readonly ConfProblem[] };
    }
  });
}

function checkNames(root: string, name: string, tag: string | undefined): ConfProblem[] {
  if (name === '') return [{ kind: 'missing-variable', variable: 'PROFILE', choices: listProfiles(root) }];
  const given = { PROFILE: name, ...(tag && { TAG: tag }) };
  return Object.entries(given).flatMap(([key, value]): ConfProblem[] =>
    isName(value) ? [] : [{ kind: 'bad-name', key, value, place: COMMAND_LINE }],
  );
}

/** Throws Failure(2) with the nearest name if the project has no such profile. */
export function mustExist(root: string, profile: string): void {
  if (!listProfiles(root).includes(profile)) {
    throw new Failure<ConfProblem>(2, noProfile(root, profile, `slurm/profiles/${profile}.conf`));
  }
}

function noProfile(root: string, profile: string, file: string): ConfProblem {
  const profiles = listProfiles(root);
  const hint = nearest(profile, profiles);
  return { kind: 'no-profile', profile, profiles, place: { file }, ...(hint && { nearest: hint }) };
}

/** A file's settings that are a profile's keys: a cluster's own keys are no defaults. */
function profileDefaults(cluster: Cluster): Map<string, Setting> {
  const isDefault = (key: string) => profileKeys.has(keyOf(key)) || optionOf(key) !== undefined;
  return new Map([...cluster.settings].filter(([key]) => isDefault(key)));
}

/** A key whose value never ended is not a missing key. */
function mentions(problems: readonly ConfProblem[], ...keys: string[]): boolean {
  return problems.some((problem) => problem.kind === 'unterminated-quote' && keys.includes(problem.key));
}

/** A template sees the winning value under every spelling that any layer uses, and under the first one. */
function withSpellings(
  settings: ReadonlyMap<string, Setting>,
  layers: readonly ReadonlyMap<string, Setting>[],
): Map<string, Setting> {
  const all = new Map(settings);
  for (const spelling of layers.flatMap((layer) => [...layer.keys()])) {
    const setting = settings.get(keyOf(spelling));
    if (setting) all.set(spelling, setting);
  }
  return all;
}

/** What the job runs in, as far as the two keys are not `wrong` already. */
function containerOf(
  root: string,
  cluster: Cluster,
  settings: ReadonlyMap<string, Setting>,
  wrong: ReadonlySet<string>,
  localFiles: LocalFiles,
): Pick<Profile, 'containerRuntime' | 'runsIn'> & { problems: ConfProblem[] } {
  const runtime = settings.get('CONTAINER_RUNTIME')?.value as ContainerRuntime | undefined;
  const container = settings.get('CONTAINER');
  if (!container || wrong.has('CONTAINER') || wrong.has('CONTAINER_RUNTIME')) {
    return { containerRuntime: runtime ?? 'none', problems: [] };
  }
  const { runtime: taken, container: is, problems } = resolveContainer(root, cluster, container, runtime, localFiles);
  if (taken === 'pyxis' && !wrong.has('CONTAINER_MOUNTS'))
    problems.push(...checkMounts(settings.get('CONTAINER_MOUNTS')));
  return { containerRuntime: taken, ...(is && { runsIn: is }), problems };
}

function checkMounts(setting: Setting | undefined): ConfProblem[] {
  if (!setting) return [];
  return splitMounts(setting.value)
    .words.filter(({ text }) => !fitsPyxis(text))
    .map(({ text, offset }) => ({
      ...{ kind: 'mount-blank', key: 'CONTAINER_MOUNTS', value: text },
      place: placeAt(setting, offset),
    }));
}
