/** Puts a profile together from the layers of its settings, and finds what is wrong with it. */

import type { Place } from '../failure.ts';
import { checkEnv, checkSettings } from './check.ts';
import { envValues } from './cluster.ts';
import { placeAt } from './conf-file.ts';
import { resolveContainer } from './container.ts';
import { profileKeys } from './keys.ts';
import { checkRivals, keyOf, overlay, unalias } from './layers.ts';
import { checkLocalFiles, type LocalFiles, ownTemplate } from './local-paths.ts';
import { fitsPyxis } from './mounts.ts';
import type { ConfProblem } from './problem.ts';
import { buildProfile } from './profile-fields.ts';
import { optionOf } from './sbatch-options.ts';
import type { Cluster, ContainerRuntime, Profile, Setting } from './types.ts';
import { splitMounts } from './words.ts';

/** What a profile is made of. */
export interface ProfileSources {
  name: string;
  tag?: string;
  file: string;
  /** Settings from the highest layer to the lowest, all of them above cluster.conf's. */
  layers: readonly ReadonlyMap<string, Setting>[];
  /** For keys of which not even cluster.conf says anything. */
  fallback?: ReadonlyMap<string, Setting>;
  /** `[env]`, over cluster.conf's. */
  env: ReadonlyMap<string, Setting>;
  /** What was wrong with the files they come from. */
  found: readonly ConfProblem[];
  /** Where it ought to say what is run. */
  place: Place;
}

/** Puts a profile together, and says everything that is wrong with it. */
export function composeProfile(
  root: string,
  cluster: Cluster,
  { name, tag, file, layers: own, fallback = new Map(), env, found, place }: ProfileSources,
  localFiles: LocalFiles,
): { profile: Profile; problems: ConfProblem[] } {
  // The cluster's layer was checked when it was loaded.
  const spellings = [...own, profileDefaults(cluster), fallback];
  const layers = spellings.map(unalias);
  const settings = overlay(layers.map((layer) => layer.settings));
  const lowestFirst = own.toReversed().flatMap((layer) => checkSettings(layer, 'profile'));
  const problems = [...found, ...lowestFirst, ...checkEnv(env)];
  for (const layer of layers.slice(0, own.length)) problems.push(...layer.problems, ...checkRivals(layer.settings));

  const template = settings.get('TEMPLATE')?.value;
  const runs = settings.has('SCRIPT') || settings.has('COMMAND') || mentions(found, 'SCRIPT', 'COMMAND');
  // A template of the user's own may need neither; one that is missing is a problem of its own.
  const isOwn = template !== undefined && (template !== 'default' || ownTemplate(root) !== undefined);
  if (!runs && !isOwn) problems.push({ kind: 'nothing-to-run', place });

  const wrong = new Set(problems.flatMap((problem) => ('key' in problem ? [problem.key] : [])));
  const inside = containerOf(root, cluster, settings, wrong, localFiles);
  problems.push(...inside.problems);
  const profile = buildProfile(name, tag, file, settings, { ...cluster.env, ...envValues(env) }, inside);
  if (localFiles === 'present') {
    // What is wrong as such is not also missing.
    const bad = new Set(problems.flatMap((problem) => ('value' in problem ? [problem.value] : [])));
    const subject = (problem: ConfProblem) =>
      'path' in problem ? problem.path : 'template' in problem && problem.template;
    problems.push(...checkLocalFiles(root, profile).filter((problem) => !bad.has(subject(problem) || '')));
  }
  return { profile: { ...profile, settings: withSpellings(settings, spellings) }, problems };
}

/** A file's settings that are a profile's keys: a cluster's own keys are no defaults. */
export function profileDefaults(cluster: Cluster): Map<string, Setting> {
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
