/** What a profile may say: every key, and the value that is read from it. */

import { describe, expect, it } from 'vitest';
import { loadCluster } from '../../src/conf/cluster.ts';
import { readProfiles } from '../../src/conf/profile.ts';
import { at, BACKTEST, BACKTEST_FILES, FILE } from './example-profile.ts';
import { load, projectOf } from './project.ts';

describe('loadProfile', () => {
  it.each([BACKTEST, BACKTEST.replaceAll('\n', '\r\n'), `\uFEFF${BACKTEST}`])('reads a real profile', (profile) => {
    const loaded = load({ profile, cluster: 'PARTITION=all\nACCOUNT=default\n', files: BACKTEST_FILES });
    const { settings, ...rest } = loaded;
    expect(rest).toEqual({
      name: 'x',
      id: 'x',
      file: FILE,
      script: 'simulation/backtest.py',
      scriptArgs: ['--stage', '2', '--n-trials', '200'],
      python: 'python',
      codeFiles: ['config.py', 'simulation/__init__.py', 'simulation/backtest.py'],
      resultsPull: ['data/results/backtests/'],
      dataFiles: [],
      partition: 'all',
      account: 'default',
      containerRuntime: 'none',
      containerMounts: [],
      modules: [],
      secrets: [],
      sbatch: [
        { name: 'account', value: 'default', layer: 'cluster' },
        { name: 'cpus-per-task', value: '4', layer: 'profile' },
        { name: 'mem', value: '60G', layer: 'profile' },
        { name: 'partition', value: 'all', layer: 'cluster' },
        { name: 'time', value: '04:00:00', layer: 'profile' },
      ],
      sbatchArgs: [],
      env: {},
    });
    expect(settings.get('SCRIPT_ARGS')).toEqual({
      value: '--stage 2 --n-trials 200',
      layer: 'profile',
      place: at(3),
    });
    expect([...settings.keys()].sort()).toEqual(
      'ACCOUNT CODE_FILES PARTITION RESULTS_PULL SBATCH_CPUS SBATCH_MEM SBATCH_TIME SCRIPT SCRIPT_ARGS'.split(' '),
    );
  });

  it('reads every other key', () => {
    const profile = `COMMAND="python -m train --name \\"a b\\" && echo '$HOME'"
PYTHON=python3.11
DATA_FILES=data/in "data/two words"
TEMPLATE=gpu
CONTAINER=nvcr.io#nvidia/pytorch:24.01
CONTAINER_MOUNTS=~/data:/data,/scratch:/scratch
CONTAINER_WORKDIR=/workspace
MODULES=cuda/12 gcc
CONDA=ml
VENV=~/venv
SETUP="ulimit -n 4096
source setup.sh"
SECRETS=WANDB_API_KEY HF_TOKEN
SBATCH_ARGS=--bell --site-option='a b'
[env]
OMP_NUM_THREADS=4
GREETING="it's # here"`;
    const files = { 'data/in': '', 'data/two words': '', 'slurm/templates/gpu.sbatch': '' };
    expect(load({ profile, files, tag: 'seed-1' })).toMatchObject({
      id: 'x@seed-1',
      tag: 'seed-1',
      command: 'python -m train --name "a b" && echo \'$HOME\'',
      python: 'python3.11',
      dataFiles: ['data/in', 'data/two words'],
      template: 'gpu',
      container: 'nvcr.io#nvidia/pytorch:24.01',
      containerRuntime: 'pyxis',
      containerMounts: [
        { source: '~/data', target: '/data', readOnly: false },
        { source: '/scratch', target: '/scratch', readOnly: false },
      ],
      containerWorkdir: '/workspace',
      modules: ['cuda/12', 'gcc'],
      conda: 'ml',
      venv: '~/venv',
      setup: 'ulimit -n 4096\nsource setup.sh',
      secrets: ['WANDB_API_KEY', 'HF_TOKEN'],
      sbatchArgs: ['--bell', '--site-option=a b'],
      env: { OMP_NUM_THREADS: '4', GREETING: "it's # here" },
    });
  });
});

describe('readProfiles', () => {
  it('gives each profile or what is wrong with it', () => {
    const root = projectOf({ files: { 'slurm/profiles/bad.conf': 'SCRIPT=no.py\n' } });
    const [bad, x, ...more] = readProfiles(root, loadCluster(root, undefined, new Map()), new Map());
    expect(more).toEqual([]);
    expect(bad).toEqual({
      name: 'bad',
      problems: [{ kind: 'no-such-file', key: 'SCRIPT', path: 'no.py', place: at(1, 'slurm/profiles/bad.conf') }],
    });
    expect([x!.name, x!.profile!.command, x!.problems]).toEqual(['x', 'true', []]);
  });
});
