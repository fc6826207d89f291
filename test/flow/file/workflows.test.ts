/** The workflows of srunx's introduction load as they are written there. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { unionProfile } from '../../../src/flow/profiles.ts';
import { ML_PIPELINE, PARALLEL_ML_PIPELINE } from '../../kit/pipelines.ts';
import { options, profilesOf } from './flows.ts';

async function rows(text: string): Promise<string[]> {
  const { flow, jobs } = await profilesOf(text);
  return flow.jobs.map(({ name, dependsOn }) => {
    const profile = jobs.get(name)!;
    const waits = dependsOn.map(({ kind, job }) => `${kind}:${job}`).join(' ');
    return [name, waits, profile.command, options(profile), profile.conda ?? profile.venv].join(' | ');
  });
}

describe('a workflow of srunx', () => {
  it('that is a chain', async () => {
    expect(await rows(ML_PIPELINE)).toEqual([
      'preprocess |  | python preprocess.py --input raw_data.csv | --mem=16G --nodes=1 | pytorch_env',
      'train | afterok:preprocess | python train.py --data processed_data.csv | --gpus-per-node=2 --nodes=2 | pytorch_env',
      'evaluate | afterok:train | python evaluate.py --model trained_model.pt | --nodes=1 | /home/user/xxx/.venv',
    ]);
  });

  it('that has branches', async () => {
    expect(await rows(PARALLEL_ML_PIPELINE)).toEqual([
      'job_a |  | python download_data.py --dataset imagenet | --mem=8G --nodes=1 | ml_env',
      'job_b1 | afterok:job_a | python preprocess.py --stage 1 | --mem=16G --nodes=1 | ml_env',
      'job_c | afterok:job_a | python validate_data.py --check quality | --nodes=1 | ml_env',
      'job_b2 | afterok:job_b1 | python feature_engineering.py | --mem=32G --nodes=2 | ml_env',
      'job_d | afterok:job_b2 afterok:job_c | python train_model.py --final | --gpus-per-node=2 --nodes=4 | pytorch_env',
    ]);
  });

  it('is one run, of the whole project', async () => {
    const { flow, jobs } = await profilesOf(ML_PIPELINE, { tag: 'night' });
    expect(flow).toMatchObject({ name: 'x', title: 'ml_pipeline', file: 'slurm/flows/x.yaml' });
    expect(new Set(Array.from(jobs.values(), ({ id }) => id))).toEqual(new Set(['flow@x.night']));
    expect(unionProfile(flow, jobs)).toMatchObject({
      ...{ name: 'flow', tag: 'x.night', id: 'flow@x.night', file: 'slurm/flows/x.yaml' },
      ...{ codeFiles: ['.'], resultsPull: [], dataFiles: [], secrets: [], containerRuntime: 'none' },
    });
  });
});

it('the flow of the README means what it says there', async () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const [, block = ''] = /^ {4}name: experiment\n([\s\S]*?)\n\nJobs have/m.exec(readme) ?? [];
  const text = `name: experiment\n${block.replace(/^ {4}/gm, '')}\n`;
  const given = { files: { 'slurm/profiles/train.conf': 'SCRIPT=train.py\nSBATCH_TIME=1:00\n', 'train.py': '' } };
  const { flow, jobs } = await profilesOf(text, { ...given, commandLine: { model: 'bert-large' } });
  expect(flow.jobs.map(({ name, cells, retry }) => [name, cells.length, retry])).toEqual([
    ['preprocess', 0, 0],
    ['train', 2, 2],
    ['evaluate', 0, 0],
    ['alert', 0, 0],
  ]);
  expect(jobs.get('train')?.command).toBe('python train.py --data results/bert-large/data/train.parquet');
  expect(options(jobs.get('train')!)).toBe('--gpus-per-node=2 --nodes=2 --time=1:00');
});

describe('everything that srunx knows of a job', () => {
  const text = `name: experiment
description: tells what it does
args:
  model: bert-base
  out: "/scratch/{{ model }}"
jobs:
  - name: prepare
    command: ["python", "prepare.py", "--to", "{{ out }}/data"]
    retry: 2
    retry_delay: 5
    exports:
      TABLE: "{{ out }}/data/rows.parquet"
  - name: train
    command: ["python", "train.py", "{{ model }}", "{{ deps.prepare.TABLE }}"]
    depends_on: [prepare]
    gpus_per_node: 2
    resources: {ntasks_per_node: 4, cpus_per_task: 8, time_limit: 12:00:00, nodelist: "n1,n2", partition: gpu}
    environment:
      env_vars: {OMP_NUM_THREADS: 8}
      container:
        runtime: singularity
        image: ~/images/torch.sif
        mounts:
          - /data:/data
          - /models:/models
        workdir: /data
        nv: true
        rocm: false
        overlay: null
        env: {MODE: fast}
  - name: evaluate
    path: evaluate.sh
    depends_on: ["afterany:train"]
    environment: {conda: null, container: null}
`;
  const files = { 'evaluate.sh': 'true\n' };

  it('is understood', async () => {
    const { flow, jobs } = await profilesOf(text, { files });
    expect(flow.jobs.map(({ retry, retryDelay }) => [retry, retryDelay])).toEqual([
      [2, 5],
      [0, 60],
      [0, 60],
    ]);
    const train = jobs.get('train')!;
    expect(train.command).toBe('python train.py bert-base /scratch/bert-base/data/rows.parquet');
    expect(options(train)).toBe(
      '--cpus-per-task=8 --gpus-per-node=2 --nodelist=n1,n2 --ntasks-per-node=4 --partition=gpu --time=12:00:00',
    );
    expect(train).toMatchObject({
      ...{ containerRuntime: 'apptainer', runsIn: { kind: 'file', path: '~/images/torch.sif' } },
      ...{ containerWorkdir: '/data', env: { OMP_NUM_THREADS: '8', MODE: 'fast' } },
      containerMounts: [{ source: '/data' }, { source: '/models' }],
    });
    expect(jobs.get('evaluate')).toMatchObject({ script: 'evaluate.sh', containerRuntime: 'none', codeFiles: ['.'] });
  });

  it('may have its container in a word', async () => {
    const short = 'jobs:\n  - {name: a, command: [ls], environment: {container: "nvcr.io/nvidia/pytorch:24.01-py3"}}\n';
    const { jobs } = await profilesOf(short);
    expect(jobs.get('a')).toMatchObject({ containerRuntime: 'pyxis', runsIn: { kind: 'uri' } });
  });
});
