import { describe, expect, it } from 'vitest';
import { shellText } from '../../src/template/shell-text.ts';
import { surroundings, templateValues } from '../../src/template/values.ts';
import { makeCluster, makeProfile, run } from './profile.ts';

const values = (
  profile = makeProfile(),
  {
    cluster = makeCluster(),
    env = {} as Record<string, string>,
    around = {} as Record<string, string>,
    changes = {} as Partial<typeof run>,
  } = {},
) => {
  const envFile = new Map(Object.entries(env).map(([name, value]) => [name, { value }]));
  return templateValues(profile, cluster, { ...run, ...changes }, envFile, surroundings(profile, around));
};

describe('the values of a template', () => {
  it('has the keys of profile and cluster as written, and the run', () => {
    const profile = makeProfile({ script: 'a.py', partition: 'all' }, { SBATCH_CPUS: '20', SBATCH_TIME: '02:00:00' });
    const all = values(profile, { cluster: makeCluster({ REMOTE_SETUP: 'x' }) });
    expect(all).toMatchObject({
      PROFILE: 'backtest',
      SCRIPT: 'a.py',
      SBATCH_CPUS: '20',
      SBATCH_TIME: '02:00:00',
      PARTITION: 'all',
      REMOTE_HOST: 'node54',
      JOB_PREFIX: 'ptj-',
      POLL_INTERVAL: '30',
      PYTHON: 'python',
      CONTAINER_RUNTIME: 'none',
    });
  });

  it('has the run over everything, then profile, cluster and .env', () => {
    const profile = makeProfile({ partition: 'big' }, { PARTITION: 'big', SBATCH_MEM: '1G' });
    const env = { PARTITION: 'no', RUN_DIR: '/no', REMOTE_HOST: 'no', SBATCH_MEM: 'no', GPU_TYPE: 'a100' };
    const all = values(profile, { env });
    expect(all).toMatchObject({ PARTITION: 'big', SBATCH_MEM: '1G', GPU_TYPE: 'a100', REMOTE_HOST: 'node54' });
    expect(all).toMatchObject({ RUN_DIR: run.runDir, REMOTE_DIR: '/home/u/project', JOB_NAME: run.jobName });
    expect(values(makeProfile(), { env })).toMatchObject({ PARTITION: 'no' });
  });

  it('has [env] below the keys, the environment below that, and .env last', () => {
    const names = ['PARTITION', 'PYTHON', 'REMOTE_HOST', 'RUN_DIR', 'ARGS', 'A', 'B', 'C'];
    const say = (what: string, of: string[]) => Object.fromEntries(of.map((name) => [name, what]));
    const profile = makeProfile({ partition: 'big', env: say('[env]', [...names, 'ONLY']) }, { PARTITION: 'big' });
    const all = values(profile, { around: say('environment', names.slice(0, 7)), env: say('.env', names) });
    expect(all).toMatchObject({ PARTITION: 'big', PYTHON: 'python', REMOTE_HOST: 'node54', RUN_DIR: run.runDir });
    expect(all).toMatchObject({ ARGS: shellText(''), A: '[env]', B: '[env]', C: '[env]', ONLY: '[env]' });
    const without = values(makeProfile(), { around: { A: 'shell', B: '' }, env: say('.env', ['A', 'B', 'C']) });
    expect(without).toMatchObject({ A: 'shell', B: '.env', C: '.env' });
  });

  it('has nothing from the environment that only files and make may say, nor what make says itself', () => {
    const keys = [
      'PYTHON',
      'ACCOUNT',
      'SBATCH_ACCOUNT',
      'SBATCH_CPUS',
      'SBATCH_CPU',
      'ARGS',
      'REMOTE_DIR',
      'SCHEDULER',
    ];
    const variables = [
      'PROFILE',
      'TAG',
      'LINES',
      'YES',
      'SWEEP',
      'IMAGE',
      'RUN_DIR',
      'JOB_NAME',
      'ENV_NAMES',
      'ATTENDED',
    ];
    const makes = ['MAKEFLAGS', 'MAKELEVEL', 'MFLAGS', 'MAKE_TERMOUT', 'SR_CLI', 'SR_VARS', 'TOKEN', 'BASH_FUNC_x%%'];
    const around = Object.fromEntries([...keys, ...variables, ...makes, 'USER'].map((name) => [name, 'shell']));
    expect(surroundings({ secrets: ['TOKEN'] }, around)).toEqual({ USER: 'shell' });
    const all = values(makeProfile({ secrets: ['TOKEN'] }), { around });
    expect(Object.values(all).filter((value) => value === 'shell')).toHaveLength(1);
  });

  it("takes of the cluster's file its own keys alone: a profile may have switched a default off", () => {
    expect(values(makeProfile(), { cluster: makeCluster({ PARTITION: 'gpu' }) }).PARTITION).toBeUndefined();
  });

  it('has the scheduler that was found, not what the file says', () => {
    const cluster = makeCluster({ SCHEDULER: 'auto' });
    expect(values(makeProfile(), { cluster, changes: { scheduler: 'local' } }).SCHEDULER).toBe('local');
  });

  it('has every key that exists, without a value as undefined', () => {
    const all = values();
    for (const key of ['PARTITION', 'COMMAND', 'SETUP', 'SBATCH_GPUS', 'MODULES', 'VENV', 'TAG', 'REMOTE_SETUP']) {
      expect(Object.keys(all)).toContain(key);
      expect(all[key]).toBeUndefined();
    }
    expect(Object.getPrototypeOf(all)).toBeNull();
  });

  it('has words quoted, and COMMAND and SETUP as shell text', () => {
    const profile = makeProfile({
      scriptArgs: ['--name', "it's", '$HOME'],
      modules: ['gcc/12', 'cuda'],
      command: 'echo "$HOME"',
      setup: 'ulimit -s unlimited',
    });
    expect(values(profile)).toMatchObject({
      SCRIPT_ARGS: shellText(`--name 'it'\\''s' '$HOME'`),
      ARGS: shellText(`--name 'it'\\''s' '$HOME'`),
      MODULES: shellText('gcc/12 cuda'),
      COMMAND: shellText('echo "$HOME"'),
      SETUP: shellText('ulimit -s unlimited'),
    });
  });

  it('has the remote home for `~/`, and paths of REMOTE_DIR where a path is relative', () => {
    const profile = makeProfile({
      container: '~/images/x.sqsh',
      containerMounts: [
        { source: '~/data', target: '/data', readOnly: false },
        { source: '/scratch', target: '/scratch', readOnly: true },
      ],
      venv: '~/venvs/main',
    });
    expect(values(profile)).toMatchObject({
      CONTAINER: '/home/u/images/x.sqsh',
      CONTAINER_MOUNTS: '/home/u/data:/data,/scratch:/scratch:ro',
      VENV: '/home/u/venvs/main',
    });
    const container = (container: string) => values(makeProfile({ container, venv: '.venv' })).CONTAINER;
    expect(container('slurm/images/x.sqsh')).toBe('/home/u/project/slurm/images/x.sqsh');
    for (const same of ['nvcr.io#nvidia/x:1', 'docker://python:3.10', '/a/x.sqsh']) {
      expect(container(same)).toBe(same);
    }
    expect(values(makeProfile({ venv: '.venv' })).VENV).toBe('/home/u/project/.venv');
    expect(values(makeProfile({ venv: '~user/v' })).VENV).toBe('/home/u/project/~user/v');
  });

  it('has the image that the run is pinned to, or the one of a registry', () => {
    const file = values(makeProfile({ container: 'slurm/images/x.sqsh' }));
    expect(file.IMAGE).toBe(`${run.runDir}/.slurm-runner/image`);
    expect(values(makeProfile({ container: 'nvcr.io#nvidia/x:1' })).IMAGE).toBe('nvcr.io#nvidia/x:1');
    expect(values(makeProfile()).IMAGE).toBeUndefined();
    expect(values(makeProfile()).CONTAINER_OPTIONS).toBeUndefined();
  });

  it('names what is exported to the job, once each', () => {
    const profile = makeProfile({ env: { A: '1', TOKEN: 'x' }, secrets: ['TOKEN', 'WANDB_API_KEY'] });
    expect(values(profile).ENV_NAMES).toBe('A,TOKEN,WANDB_API_KEY');
    expect(values().ENV_NAMES).toBe('');
  });

  it("never has a secret's value", () => {
    const profile = makeProfile({ secrets: ['WANDB_API_KEY'] }, { SECRETS: 'WANDB_API_KEY' });
    const all = values(profile, { env: { WANDB_API_KEY: 'hunter2', OTHER: 'x' } });
    expect(all.OTHER).toBe('x');
    expect(JSON.stringify(all)).not.toContain('hunter2');
    expect(all.SECRETS).toBe('WANDB_API_KEY');
  });
});
