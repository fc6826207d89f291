/** Reads an image: slurm/images/NAME.conf with make's command line over it, or what a project without one has. */

import { join, posix } from 'node:path';
import { Failure } from '../failure.ts';
import { ancestorImage } from './ancestor.ts';
import { isApptainers, parseBase, runtimeOf } from './base.ts';
import { checkEnv, checkSettings, commandLineLayer } from './check.ts';
import { confNames, withLayer } from './cluster.ts';
import { readConf } from './conf-file.ts';
import { checkBaseFile, findBase } from './image-base.ts';
import { imageEnv } from './image-env.ts';
import { imageEnvRule, tagOf } from './image-keys.ts';
import { isName } from './keys.ts';
import { overlay } from './layers.ts';
import type { LocalFiles } from './local-paths.ts';
import { nearest } from './nearest.ts';
import { COMMAND_LINE, type ConfProblem, throwIfAny } from './problem.ts';
import { checkFile, readRequirements } from './requirements.ts';
import type { Cluster, Image, ImageRuntime, Setting } from './types.ts';

type Settings = ReadonlyMap<string, Setting>;

/** The names of the images of the project in `root`, sorted. */
export function listImages(root: string, cluster: Pick<Cluster, 'settings'>): string[] {
  const names = confNames(join(root, 'slurm/images'));
  if (names.length > 0) return names;
  const ancestor = ancestorImage(root, cluster);
  return ancestor ? [ancestor.name] : [];
}

/**
 * The image `name` of the project in `root`; without a name the only one there is. Variables of make's command line win
 * over its file. Throws a Failure (2) with everything that is wrong; with `localFiles` `any` a file that it names may be
 * missing.
 */
export function loadImage(
  root: string,
  name: string | undefined,
  cluster: Pick<Cluster, 'settings'>,
  commandLine: ReadonlyMap<string, string>,
  localFiles: LocalFiles = 'present',
): Image {
  const chosen = name || onlyImage(root, cluster);
  const { file, written, section, problems } = readImage(root, chosen, cluster);
  const overrides = commandLineLayer(commandLine, 'image');
  const { env, problems: repeated } = imageEnv(section, written.get('ENV'), overrides.get('ENV'));
  problems.push(...checkSettings(overrides, 'image'), ...repeated);

  const settings = overlay([overrides, written]);
  // What is wrong as such is not also missing.
  const wrong = new Set(problems.flatMap((problem) => ('key' in problem ? [problem.key] : [])));
  const sound = new Map([...settings].filter(([key]) => !wrong.has(key)));
  const { base, problem } = findBase(root, sound);
  if (problem && (localFiles === 'present' || 'key' in problem)) problems.push(problem);
  if (localFiles === 'present') problems.push(...checkFiles(root, sound, base));
  // One that is misspelt is not missing.
  const meant = new Set(problems.flatMap((problem) => ('nearest' in problem ? [problem.nearest] : [])));
  const isMade = ['BASE', 'DOCKERFILE'].some((key) => settings.has(key) || wrong.has(key) || meant.has(key));
  if (!isMade) problems.push({ kind: 'nothing-to-make', image: chosen, ...(file && { place: { file } }) });

  const runtime = settings.get('RUNTIME');
  if (base && isApptainers(base) && runtime?.value === 'enroot') {
    const { value, place } = settings.get('BASE')!;
    problems.push({ kind: 'wrong-runtime', key: 'BASE', value, runtime: 'enroot', place });
  }
  throwIfAny(problems);

  const path = (key: string) => {
    const value = settings.get(key)?.value;
    return value === undefined ? {} : { [key.toLowerCase()]: posix.normalize(value) };
  };
  return {
    ...{ name: chosen, runtime: (runtime?.value as ImageRuntime | undefined) ?? runtimeOf(base) },
    ...(file && { file }),
    ...(base && { base }),
    ...{ ...path('REQUIREMENTS'), ...path('SETUP'), ...path('DOCKERFILE') },
    buildOn: (settings.get('BUILD_ON')?.value ?? 'login') as Image['buildOn'],
    env,
    tag: tagOf(chosen, settings.get('TAG')?.value)!,
    settings,
  };
}

/** What makes the image `name`, as far as its file can be understood; undefined if there is no such image. */
export function runtimeOfImage(
  root: string,
  name: string,
  cluster: Pick<Cluster, 'settings'>,
): ImageRuntime | undefined {
  if (!listImages(root, cluster).includes(name) || !isName(name)) return undefined;
  const { written } = readImage(root, name, cluster);
  const runtime = written.get('RUNTIME')?.value;
  if (runtime === 'enroot' || runtime === 'apptainer') return runtime;
  const base = parseBase(written.get('BASE')?.value ?? '', root);
  return runtimeOf('base' in base ? base.base : undefined);
}

/** The problem that there is no image `image`, with the nearest one. */
export function noImage(
  root: string,
  image: string,
  cluster: Pick<Cluster, 'settings'>,
  key: 'IMAGE' | 'CONTAINER',
): Extract<ConfProblem, { kind: 'no-image' }> {
  const images = listImages(root, cluster);
  const hint = nearest(image, images);
  return { kind: 'no-image', image, images, key, place: COMMAND_LINE, ...(hint && { nearest: hint }) };
}

function onlyImage(root: string, cluster: Pick<Cluster, 'settings'>): string {
  const choices = listImages(root, cluster);
  if (choices.length === 1) return choices[0]!;
  throw new Failure<ConfProblem>(2, { kind: 'missing-variable', variable: 'IMAGE', choices });
}

/** What the file says, or would say. Throws a Failure (2) if there is no such image. */
function readImage(root: string, name: string, cluster: Pick<Cluster, 'settings'>) {
  if (!isName(name)) throwIfAny([{ kind: 'bad-name', key: 'IMAGE', value: name, place: COMMAND_LINE }]);
  const file = `slurm/images/${name}.conf`;
  const conf = readConf(root, file, ['env']);
  if (conf) {
    const written = withLayer(conf.sections.get('')!, 'image');
    const section = withLayer(conf.sections.get('env')!, 'image');
    const problems = [...conf.problems, ...checkSettings(written, 'image'), ...checkEnv(section, imageEnvRule)];
    return { file, written, section, problems };
  }
  const ancestor = listImages(root, cluster).includes(name) ? ancestorImage(root, cluster) : undefined;
  if (!ancestor) throw new Failure<ConfProblem>(2, noImage(root, name, cluster, 'IMAGE'));
  return { written: ancestor.settings as Settings, section: new Map<string, Setting>(), problems: [] as ConfProblem[] };
}

/** Files that are named and are not here, what a pip file includes too. */
function checkFiles(root: string, settings: Settings, base: Image['base']): ConfProblem[] {
  const missing = ['REQUIREMENTS', 'SETUP', 'DOCKERFILE'].flatMap((key) => {
    const setting = settings.get(key);
    return (setting && checkFile(root, key, setting.value, setting.place)) ?? [];
  });
  const ofBase = base && settings.has('BASE') ? checkBaseFile(root, base, settings.get('BASE')!) : undefined;
  const requirements = settings.get('REQUIREMENTS')?.value;
  const isThere = requirements !== undefined && !missing.some(({ key }) => key === 'REQUIREMENTS');
  const included = isThere ? readRequirements(root, requirements).problems : [];
  return [...missing, ...(ofBase ? [ofBase] : []), ...included];
}
