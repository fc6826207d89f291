/** Reads a cluster's file: where it is, how it is asked, and defaults for every profile. */

import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Failure } from '../failure.ts';
import { checkCommandLine, checkEnv, checkSettings, commandLineLayer } from './check.ts';
import { readConf, type Written } from './conf-file.ts';
import { isName } from './keys.ts';
import { checkRivals, unalias } from './layers.ts';
import { nearest } from './nearest.ts';
import { COMMAND_LINE, type ConfProblem, throwIfAny } from './problem.ts';
import type { Cluster, Layer, Setting } from './types.ts';

/** The name of the cluster in slurm/cluster.conf. */
const DEFAULT_CLUSTER = 'cluster';
const DEFAULT_POLL_SECONDS = 30;

/**
 * The cluster `name` of the project in `root`: slurm/clusters/NAME.conf, or slurm/cluster.conf without a name. Variables
 * of make's command line win over the file; all of them are checked here for misspelt ones. Throws a Failure (2) with
 * everything that is wrong.
 */
export function loadCluster(root: string, name: string | undefined, commandLine: ReadonlyMap<string, string>): Cluster {
  const problems = checkCommandLine(commandLine);
  if (name && !isName(name)) {
    throwIfAny([...problems, { kind: 'bad-name', key: 'CLUSTER', value: name, place: COMMAND_LINE }]);
  }
  const { file, conf } = findFile(root, name || DEFAULT_CLUSTER);
  if (!conf) throw new Failure<ConfProblem>(2, ...problems, noClusterFile(root, name || DEFAULT_CLUSTER, file));

  const written = withLayer(conf.sections.get('')!, 'cluster');
  const env = withLayer(conf.sections.get('env')!, 'cluster');
  const overrides = commandLineLayer(commandLine, 'cluster');
  const settings = new Map([...written, ...overrides]);
  problems.push(...conf.problems, ...checkSettings(written, 'cluster'), ...checkEnv(env));
  problems.push(...checkSettings(overrides, 'cluster'));
  const defaults = unalias(written);
  problems.push(...defaults.problems, ...checkRivals(defaults.settings));

  const value = (key: string) => settings.get(key)?.value ?? '';
  const host = value('REMOTE_HOST');
  for (const key of ['REMOTE_HOST', 'REMOTE_DIR'] as const) {
    if (value(key) === '') problems.push({ kind: 'missing-key', key, place: settings.get(key)?.place ?? { file } });
  }
  const remoteDir = settings.get('REMOTE_DIR');
  // On this machine a path may also start from the project's root.
  const absolute = host === 'local' ? /^(?!~[^/])/ : /^~?\//;
  if (remoteDir?.value && !absolute.test(remoteDir.value)) {
    problems.push({ kind: 'not-absolute', key: 'REMOTE_DIR', value: remoteDir.value, place: remoteDir.place });
  }
  throwIfAny(problems);

  return {
    name: name || DEFAULT_CLUSTER,
    file,
    host,
    remoteDir: host === 'local' ? localDirectory(root, value('REMOTE_DIR')) : withoutSlash(value('REMOTE_DIR')),
    scheduler: (value('SCHEDULER') || 'auto') as Cluster['scheduler'],
    jobPrefix: value('JOB_PREFIX'),
    pollInterval: Number(value('POLL_INTERVAL') || DEFAULT_POLL_SECONDS),
    remoteSetup: value('REMOTE_SETUP'),
    settings,
    ...(env.size > 0 && { env: envValues(env) }),
  };
}

/** The names of the clusters there are, sorted; `cluster` is the one in slurm/cluster.conf. */
export function listClusters(root: string): string[] {
  const names = confNames(join(root, 'slurm/clusters'));
  const hasDefault = existsSync(join(root, 'slurm/cluster.conf'));
  return hasDefault && !names.includes(DEFAULT_CLUSTER) ? [DEFAULT_CLUSTER, ...names].sort() : names;
}

/** The names of the `.conf` files in a folder, sorted; none if there is no such folder. */
export function confNames(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => /^[^.].*\.conf$/.test(file))
      .map((file) => file.slice(0, -'.conf'.length))
      .sort();
  } catch {
    return [];
  }
}

/** Values of a file as one layer's. */
export function withLayer(written: ReadonlyMap<string, Written>, layer: Layer): Map<string, Setting> {
  return new Map(Array.from(written, ([key, value]) => [key, { ...value, layer }]));
}

/** The variables of an `[env]`, whatever their names: one called `__proto__` too. */
export function envValues(env: ReadonlyMap<string, Setting>): Record<string, string> {
  return Object.fromEntries(Array.from(env, ([name, { value }]) => [name, value]));
}

function findFile(root: string, name: string) {
  const own = `slurm/clusters/${name}.conf`;
  const conf = readConf(root, own, ['env']);
  if (conf || name !== DEFAULT_CLUSTER) return { file: own, conf };
  return { file: 'slurm/cluster.conf', conf: readConf(root, 'slurm/cluster.conf', ['env']) };
}

function noClusterFile(root: string, cluster: string, file: string): ConfProblem {
  const clusters = listClusters(root);
  const hint = nearest(cluster, clusters);
  return { kind: 'no-cluster-file', cluster, clusters, place: { file }, ...(hint && { nearest: hint }) };
}

/** On this machine there is a project and a home to start from, so that everything else sees an absolute path. */
function localDirectory(root: string, path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : resolve(root, path);
}

function withoutSlash(path: string): string {
  return path.replace(/(?<=[^~])\/+$/, '');
}
