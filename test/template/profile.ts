/** Profiles, clusters and runs for the tests of templates. */

import { readFileSync } from 'node:fs';
import type { Cluster, Container, Profile, Setting } from '../../src/conf/types.ts';
import { renderTemplate } from '../../src/template/render.ts';
import { type TemplateRun, templateValues } from '../../src/template/values.ts';

export const defaultTemplate = readFileSync(new URL('../../slurm/templates/default.sbatch', import.meta.url), 'utf8');

/** As a file's keys would give it: `keys` is what is written, the rest what the reader makes of it. */
export function makeProfile(fields: Partial<Profile> = {}, keys: Record<string, string> = {}): Profile {
  return {
    name: 'backtest',
    id: 'backtest',
    file: 'slurm/profiles/backtest.conf',
    scriptArgs: [],
    python: 'python',
    codeFiles: [],
    resultsPull: [],
    dataFiles: [],
    containerRuntime: fields.container === undefined ? 'none' : 'pyxis',
    containerMounts: [],
    ...(fields.container !== undefined && { runsIn: containerOf(fields.container) }),
    modules: [],
    secrets: [],
    sbatch: [],
    sbatchArgs: [],
    env: {},
    ...fields,
    settings: settings({
      ...(fields.script !== undefined && { SCRIPT: fields.script }),
      ...(fields.container !== undefined && { CONTAINER: fields.container }),
      ...keys,
    }),
  };
}

/** A path is a file's, all else a registry's. */
function containerOf(container: string): Container {
  return /\.(sqsh|sif)$/.test(container) ? { kind: 'file', path: container } : { kind: 'uri', uri: container };
}

export function makeCluster(keys: Record<string, string> = {}): Cluster {
  return {
    name: 'cluster',
    file: 'slurm/cluster.conf',
    host: 'node54',
    remoteDir: '~/project',
    scheduler: 'auto',
    jobPrefix: 'ptj-',
    pollInterval: 30,
    remoteSetup: '',
    settings: settings({ REMOTE_HOST: 'node54', REMOTE_DIR: '~/project', ...keys }),
  };
}

export const run: TemplateRun = {
  runDir: '/home/u/project/runs/backtest-20260224-143052',
  remoteDir: '/home/u/project',
  jobName: 'ptj-backtest-20260224-143052',
  scheduler: 'slurm',
  home: '/home/u',
};

/** The text rendered for a profile; of a run only what matters to the test. */
export function renderFor(text: string, profile: Profile, changes: Partial<TemplateRun> = {}): Promise<string> {
  const values = templateValues(profile, makeCluster(), { ...run, ...changes }, new Map());
  return renderTemplate({ text, file: 'slurm/templates/t.sbatch', values });
}

function settings(keys: Record<string, string>): Map<string, Setting> {
  return new Map(
    Object.entries(keys).map(([key, value]) => [
      key,
      { value, layer: 'profile', place: { file: 'slurm/profiles/backtest.conf', line: 1 } },
    ]),
  );
}
