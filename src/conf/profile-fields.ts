/** A profile's fields, made of its settings. */

import { profileKeys } from './keys.ts';
import { isGiven } from './layers.ts';
import { parseMount } from './mounts.ts';
import { optionOf, useOf } from './sbatch-options.ts';
import type { Mount, Profile, SbatchOption, Setting } from './types.ts';

const DEFAULT_PYTHON = 'python';

/** `settings` are the winning ones, `env` is the job's. Words that cannot be right are left out: they are problems elsewhere. */
export function buildProfile(
  name: string,
  tag: string | undefined,
  file: string,
  settings: ReadonlyMap<string, Setting>,
  env: Record<string, string>,
  inside: Pick<Profile, 'containerRuntime' | 'runsIn'>,
): Profile {
  const one = (key: string) => settings.get(key)?.value;
  const words = (key: string) => profileKeys.get(key)!.split!(one(key) ?? '').words.map(({ text }) => text);
  const given = <K extends keyof Profile>(field: K, key: string) => {
    const value = one(key);
    return (value === undefined ? {} : { [field]: value }) as Pick<Profile, K> | Record<string, never>;
  };
  return {
    name,
    ...(tag !== undefined && { tag }),
    id: tag === undefined ? name : `${name}@${tag}`,
    file,
    settings,
    ...given('script', 'SCRIPT'),
    scriptArgs: words('SCRIPT_ARGS'),
    ...given('command', 'COMMAND'),
    python: one('PYTHON') ?? DEFAULT_PYTHON,
    codeFiles: words('CODE_FILES'),
    resultsPull: words('RESULTS_PULL'),
    dataFiles: words('DATA_FILES'),
    ...given('partition', 'PARTITION'),
    ...given('account', 'ACCOUNT'),
    ...given('template', 'TEMPLATE'),
    ...given('container', 'CONTAINER'),
    containerRuntime: inside.containerRuntime,
    ...(inside.runsIn && { runsIn: inside.runsIn }),
    ...mountsOf(words('CONTAINER_MOUNTS')),
    ...given('containerWorkdir', 'CONTAINER_WORKDIR'),
    modules: words('MODULES'),
    ...given('conda', 'CONDA'),
    ...given('venv', 'VENV'),
    ...given('setup', 'SETUP'),
    secrets: words('SECRETS'),
    sbatch: sbatchOptionsOf(settings),
    sbatchArgs: words('SBATCH_ARGS'),
    env,
  };
}

function mountsOf(words: readonly string[]): Pick<Profile, 'containerMounts' | 'mountHome'> {
  const mounts = words.map(parseMount);
  const isMount = (mount: ReturnType<typeof parseMount>): mount is Mount =>
    typeof mount === 'object' && 'source' in mount;
  return { containerMounts: mounts.filter(isMount), ...(mounts.includes('home') && { mountHome: true }) };
}

/** What goes on sbatch's command line; sorted by name, so that the same profile always makes the same command line. */
export function sbatchOptionsOf(settings: ReadonlyMap<string, Setting>): SbatchOption[] {
  return [...settings]
    .flatMap(([key, { value, layer }]): SbatchOption[] => {
      const option = optionOf(key);
      if (!option || !isGiven(key, value)) return [];
      return [{ name: option, ...(useOf(option, value) === 'argument' && { value }), layer }];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
