/** What templates see: the keys of profile and cluster, `[env]`, the environment, `.env`, and what is known of the run. */

import { WEBHOOKS } from '../conf/env-file.ts';
import { aliases, clusterKeys, controlVariables, isEnvName, profileKeyNames } from '../conf/keys.ts';
import type { Cluster, Mount, Profile, SchedulerKind } from '../conf/types.ts';
import { containerOptions, environmentNames, imageOf } from './container.ts';
import { type ShellText, shellText, shellWords, type TemplateValues } from './shell-text.ts';
import { wholeScript } from './whole-script.ts';

export interface TemplateRun {
  /** Both absolute on the cluster. */
  runDir: string;
  remoteDir: string;
  jobName: string;
  scheduler: SchedulerKind;
  /** What `~/` stands for on the cluster. */
  home: string;
  /** Somebody sits before it (slurm-shell), with a terminal or without: it is one task, started already. */
  attended?: 'terminal' | 'plain';
}

/** Of the environment what make and its targets put there themselves; and no option of sbatch comes from it. */
const NOT_THE_USERS =
  /^(SBATCH_.*|SR_.*|MAKE(FLAGS|LEVEL|FILES|OVERRIDES|_TERMOUT|_TERMERR|_RESTARTS)|MFLAGS|GNUMAKEFLAGS)$/;

/** The environment's share in `templateValues`. */
export type Surroundings = Readonly<Record<string, string>>;

/**
 * What templates may see of `environment` (process.env): many shells set PYTHON or ACCOUNT, so no key of a file, no other spelling of
 * one and no variable that counts only on make's command line comes from there; nor does a secret. An empty one is as good as none.
 */
export function surroundings(
  { secrets }: Pick<Profile, 'secrets'>,
  environment: Readonly<Record<string, string | undefined>>,
): Surroundings {
  const taken = (name: string) =>
    keyNames.has(name) || controlVariables.has(name) || runNames.has(name) || isSecret(name, secrets);
  const given = Object.entries(environment).filter((entry): entry is [string, string] => {
    const [name, value] = entry;
    return Boolean(value) && isEnvName(name) && !NOT_THE_USERS.test(name) && !taken(name);
  });
  return Object.fromEntries(given);
}

const isSecret = (name: string, secrets: readonly string[]): boolean =>
  secrets.includes(name) || WEBHOOKS.some((webhook) => webhook === name);

const keyNames: ReadonlySet<string> = new Set([...profileKeyNames, ...clusterKeys.keys()]);
/** What a run has under names that are no keys. */
const runNames: ReadonlySet<string> = new Set([
  'RUN_DIR',
  'JOB_NAME',
  'CONTAINER_OPTIONS',
  'ATTENDED',
  'INSIDE',
  'ENV_NAMES',
]);

/**
 * The values for `renderTemplate`, under their keys, the earlier winning: of the run; the profile's keys (which have make's command
 * line and the defaults of cluster.conf in them already); the cluster's; the profile's `[env]`, except where a key has that name;
 * the command's environment; `.env`. Keys that exist and have no value are there as undefined, so that `{{ PARTITION }}` without one is
 * an error and `{% if PARTITION %}` is not. Secrets are not there.
 */
export function templateValues(
  profile: Profile,
  cluster: Cluster,
  run: TemplateRun,
  envFile: ReadonlyMap<string, { readonly value: string }>,
  around: Surroundings = {},
): TemplateValues {
  const home = (path: string) => (/^~(?:\/|$)/.test(path) ? run.home + path.slice(1) : path);
  const inRemoteDir = (path: string) => (path.startsWith('/') ? path : `${run.remoteDir}/${path}`);
  const given = (settings: Profile['settings'], keys?: ReadonlyMap<string, unknown>) =>
    Array.from(settings, ([key, { value }]) => [key, value] as const).filter(([key]) => keys?.has(key) ?? true);

  const values: Record<string, string | ShellText | undefined> = Object.create(null);
  for (const key of [...profileKeyNames, ...clusterKeys.keys(), 'TAG']) values[key] = undefined;
  for (const [name, { value }] of envFile) if (!isSecret(name, profile.secrets)) values[name] = value;
  Object.assign(values, around);
  for (const [name, value] of Object.entries(profile.env)) if (!keyNames.has(name)) values[name] = value;
  // Of the cluster's file only its own keys: a profile may have switched its defaults off.
  Object.assign(values, Object.fromEntries(given(cluster.settings, clusterKeys)));
  Object.assign(values, Object.fromEntries(given(profile.settings)));

  // Keys with a default, and those whose text is more than a string.
  const known: Record<string, string | ShellText | undefined> = {
    PYTHON: profile.python,
    CONTAINER_RUNTIME: profile.containerRuntime,
    PARTITION: profile.partition,
    ACCOUNT: profile.account,
    TAG: profile.tag,
    SCRIPT_ARGS: shellWords(profile.scriptArgs),
    SBATCH_ARGS: profile.sbatchArgs.length > 0 ? shellWords(profile.sbatchArgs) : undefined,
    MODULES: profile.modules.length > 0 ? shellWords(profile.modules) : undefined,
    COMMAND: profile.command === undefined ? undefined : shellText(profile.command),
    SETUP: profile.setup === undefined ? undefined : shellText(profile.setup),
    CONTAINER: containerText(profile, home, inRemoteDir),
    CONTAINER_MOUNTS: profile.containerMounts.map(mountText(home)).join(',') || undefined,
    IMAGE: imageOf(profile, run),
    CONTAINER_OPTIONS: profile.runsIn && shellWords(containerOptions(profile, run)),
    ATTENDED: run.attended ?? '',
    // The whole script is in a container of Pyxis, where there is no srun.
    INSIDE: wholeScript({ directives: [] }, profile) ? 'yes' : '',
    // A virtual environment is made once for all runs.
    VENV: profile.venv === undefined ? undefined : inRemoteDir(home(profile.venv)),
    CONDA: profile.conda === undefined ? undefined : home(profile.conda),
    REMOTE_HOST: cluster.host,
    JOB_PREFIX: cluster.jobPrefix,
    POLL_INTERVAL: String(cluster.pollInterval),
    REMOTE_SETUP: cluster.remoteSetup === '' ? undefined : shellText(cluster.remoteSetup),
    // Names a container would otherwise hide behind its image's own values.
    ENV_NAMES: environmentNames(profile).join(','),
    PROFILE: profile.name,
    RUN_DIR: run.runDir,
    REMOTE_DIR: run.remoteDir,
    JOB_NAME: run.jobName,
    SCHEDULER: run.scheduler,
  };
  for (const [key, value] of Object.entries(known)) values[key] = value ?? values[key];
  for (const [alias, key] of aliases) values[alias] = values[key] ?? values[alias];
  return values;
}

/** CONTAINER as a template's own srun may name it: of a file or an image of slurm/images the whole path. */
function containerText(
  { container, runsIn }: Profile,
  home: (path: string) => string,
  inRemoteDir: (path: string) => string,
): string | undefined {
  if (runsIn !== undefined && runsIn.kind !== 'uri') return inRemoteDir(home(runsIn.path));
  return container === undefined ? undefined : home(container);
}

const mountText =
  (home: (path: string) => string) =>
  ({ source, target, readOnly }: Mount): string =>
    `${home(source)}:${home(target)}${readOnly ? ':ro' : ''}`;
