/** Reads a profile: one kind of job, with the command line's and the cluster's settings laid over and under it. */

import { join } from 'node:path';
import { Failure } from '../failure.ts';
import { commandLineLayer } from './check.ts';
import { confNames, withLayer } from './cluster.ts';
import { composeProfile, profileDefaults } from './compose.ts';
import { readConf } from './conf-file.ts';
import { isName } from './keys.ts';
import { overlay, unalias } from './layers.ts';
import type { LocalFiles } from './local-paths.ts';
import { nearest } from './nearest.ts';
import { COMMAND_LINE, type ConfProblem, throwIfAny } from './problem.ts';
import { sbatchOptionsOf } from './profile-fields.ts';
import type { Cluster, Profile, SbatchOption, Setting } from './types.ts';

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
  const written = readProfile(root, name);
  if (!written) throw new Failure<ConfProblem>(2, noProfile(root, name));
  const { file, settings, env, problems: found } = written;
  const layers = [commandLineLayer(commandLine, 'profile'), settings];
  const sources = { name, ...(tag && { tag }), file, layers, env, found, place: { file } };
  const { profile, problems } = composeProfile(root, cluster, sources, localFiles);
  throwIfAny(problems);
  return profile;
}

/** What a profile's file says by itself. */
export interface WrittenProfile {
  file: string;
  settings: ReadonlyMap<string, Setting>;
  /** `[env]`. */
  env: ReadonlyMap<string, Setting>;
  problems: readonly ConfProblem[];
}

/** slurm/profiles/NAME.conf; undefined if there is no such file. */
export function readProfile(root: string, name: string): WrittenProfile | undefined {
  const file = profileFile(name);
  const conf = readConf(root, file, ['env']);
  if (!conf) return undefined;
  const section = (of: string) => withLayer(conf.sections.get(of)!, 'profile');
  return { file, settings: section(''), env: section('env'), problems: conf.problems };
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
    throw new Failure<ConfProblem>(2, noProfile(root, profile));
  }
}

const profileFile = (name: string) => `slurm/profiles/${name}.conf`;

function noProfile(root: string, profile: string): ConfProblem {
  const profiles = listProfiles(root);
  const hint = nearest(profile, profiles);
  return {
    kind: 'no-profile',
    profile,
    profiles,
    place: { file: profileFile(profile) },
    ...(hint && { nearest: hint }),
  };
}
